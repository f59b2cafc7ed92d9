using UDPack.Protocol.Delivery;

namespace UDPack.Protocol;

/// <summary>Aborts of streams that the peer opened, whichever side ends them: their frames leave no faster than <see cref="AbortRate"/> lets them.</summary>
internal sealed partial class Session
{
    private long _heldAbortsAt = long.MaxValue;

    /// <summary>Writes the abort of a stream, now or when its turn comes; until then it keeps its place among the peer's streams.</summary>
    private void QueueAbort(long now, StreamChannel stream)
    {
        stream.IsCloseAcknowledged = false;
        if (stream.IsLocal || stream.IsCloseSent || (_heldAbortsAt == long.MaxValue && _streams!.Aborts.TryTake(now)))
        {
            QueueControl(stream, StreamControl.Close);
            return;
        }

        _endpoint.Counters.StreamAbortsHeldBack++;
        stream.IsAbortHeld = true;
        _streams!.HeldAborts.Enqueue(stream);
        _heldAbortsAt = _streams.Aborts.NextAt;
        _endpoint.Touch(this);
    }

    private void ReleaseAborts(long now)
    {
        _heldAbortsAt = long.MaxValue;
        while (_streams!.HeldAborts.TryPeek(out var stream))
        {
            if (!_streams.Aborts.TryTake(now))
            {
                _heldAbortsAt = _streams.Aborts.NextAt;
                return;
            }

            _streams.HeldAborts.DropHead();
            stream.IsAbortHeld = false;
            QueueControl(stream, StreamControl.Close);
        }
    }
}
