using System.Threading.Tasks.Sources;
using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>One send that waits for room. Used again and again by its session, so that waiting allocates nothing in the long run.</summary>
internal sealed class SendWaiter(SendQueue owner) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    public SendWaiter? Next { get; set; }

    public ReadOnlyMemory<byte> Packet { get; private set; }

    public IPacketConfirmation? Confirmation { get; private set; }

    /// <summary>Whether it is still in the queue; guarded by the queue's lock.</summary>
    public bool IsWaiting { get; set; }

    public ValueTask Begin(ReadOnlyMemory<byte> packet, IPacketConfirmation? confirmation)
    {
        _source.Reset();
        Packet = packet;
        Confirmation = confirmation;
        IsWaiting = true;
        return new ValueTask(this, _source.Version);
    }

    public void Observe(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (waiter, token) => ((SendWaiter)waiter!).Cancel(token), this);
        }
    }

    public void Complete() => _source.SetResult(true);

    public void Fail(Exception exception) => _source.SetException(exception);

    void IValueTaskSource.GetResult(short token)
    {
        // Before anything is touched: a task awaited twice must not disturb the send that uses the waiter now.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The send has not ended; await it.");
        }

        _cancellation.Dispose();
        _cancellation = default;
        Packet = default;
        Confirmation = null;
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            owner.Recycle(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (owner.TryRemove(this))
        {
            _source.SetException(new OperationCanceledException(token));
        }
    }
}
