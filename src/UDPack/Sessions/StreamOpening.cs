using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;

namespace UDPack.Sessions;

/// <summary>A stream that is to be opened, between the caller who waits and the loop where it happens.</summary>
#pragma warning disable CA1001 // The stream belongs to the caller, or was aborted.
internal sealed class StreamOpening(UdpackStream stream, StreamSettings settings)
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource<UdpackStream> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<UdpackStream> Task => _result.Task;

    /// <summary>On the loop: opens it if it is still wanted; false while there is no slot.</summary>
    public bool TryOpen(long now, Session core)
    {
        if (_result.Task.IsCompleted)
        {
            return true;
        }

        if (!core.TryOpenStream(settings, stream.Events, out var channel))
        {
            return false;
        }

        stream.Attach(channel);
        if (!_result.TrySetResult(stream))
        {
            // The caller gave up in this very moment.
            channel.Abort(now, StreamAbortCode.Cancelled);
        }

        return true;
    }

    public void Fail(Exception exception) => _result.TrySetException(exception);

    public void Cancel(CancellationToken token) => _result.TrySetCanceled(token);
}
