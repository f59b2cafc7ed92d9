using UDPack.Protocol;
using UDPack.Protocol.Paths;

namespace UDPack.Sessions;

/// <summary>One ping and whoever waits for its answer.</summary>
internal sealed class PingRound : IPingWaiter
{
    private readonly TaskCompletionSource<TimeSpan> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TimeSpan> Task => _answer.Task;

    public void OnPong(long micros) => _answer.TrySetResult(TimeSpan.FromMicroseconds(micros));

    public void Fail(Exception exception) => _answer.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}
