using System.Net;
using UDPack.Hosting.Server;

namespace UDPack.Hosting.Tests.Fakes;

internal sealed class FakeListener(UdpackListenerOptions options, Action<string> record) : IServerListener
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<UdpackSession> _accept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UdpackListenerOptions Options => options;

    public TimeSpan? DrainTimeout { get; private set; }

    public bool Disposed { get; private set; }

    public IPEndPoint LocalEndPoint => options.LocalEndPoint;

    public int ActiveSessions { get; set; }

    public int PendingHandshakes { get; set; }

    public IEnumerable<UdpackSession> Sessions => [];

    public Task Completion => _completion.Task;

    /// <summary>Completed when the drain may end.</summary>
    public TaskCompletionSource Drained { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Die(Exception exception) => _completion.SetException(exception);

    /// <summary>What it was told to go on with.</summary>
    public UdpackListenerOptions? Reconfigured { get; private set; }

    public void Reconfigure(UdpackListenerOptions options) => Reconfigured = options;

    public void SetAdmitting(bool admitting) => record($"{(admitting ? "admit" : "refuse")} {options.Name}");

    public async ValueTask<UdpackSession> AcceptSessionAsync(CancellationToken cancellationToken) =>
        await _accept.Task.WaitAsync(cancellationToken);

    public UdpackListenerStatistics GetStatistics() => new()
    {
        DatagramsReceived = 10,
        DatagramsSent = 9,
        BytesReceived = 1000,
        BytesSent = 900,
        HandshakesCompleted = 3,
        HandshakesExpired = 2,
        DatagramsLost = 8,
        PacketsReceived = 14,
        PacketsSent = 13,
        StreamsOpened = 6,
        StreamAbortsHeldBack = 16,
        MovesRefused = 17,
        MessagesReceived = 12,
        MessagesSent = 11,
        Dropped = Enum.GetValues<DropReason>().ToDictionary(reason => reason, reason => reason == DropReason.Replayed ? 5L : 0L),
        Refused = Enum.GetValues<HandshakeRejection>().ToDictionary(reason => reason, reason => reason == HandshakeRejection.TokenRefused ? 4L : 0L),
    };

    public void VisitSessions(int most, Action<UdpackSession> visit)
    {
        // It has none.
    }

    public async Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken)
    {
        DrainTimeout = drainTimeout;
        record($"drain {options.Name}");
        await Drained.Task.WaitAsync(cancellationToken);
        record($"stopped {options.Name}");
        _completion.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        record($"dispose {options.Name}");
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
