using System.Threading.Tasks.Sources;

namespace UDPack.Sessions;

/// <summary>One send that waits for room. Used again and again by its queue, so that waiting allocates nothing in the long run.</summary>
internal sealed class SendWaiter(SendQueue owner) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    public SendWaiter? Next { get; set; }

    public PacketToSend Packet { get; private set; }

    /// <summary>Whether it is still in the queue; guarded by the queue's lock.</summary>
    public bool IsWaiting { get; set; }

    public ValueTask Begin(in PacketToSend packet)
    {
        _source.Reset();
        Packet = packet;
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

    public void Fail(Exception exception)
    {
        if (Packet.IsCopy)
        {
            Packet.Buffer!.Release();
        }

        _source.SetException(exception);
    }

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
            Fail(new OperationCanceledException(token));
        }
    }
}
