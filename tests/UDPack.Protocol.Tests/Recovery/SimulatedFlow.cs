using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>A sender and its receiver, at the level of datagrams.</summary>
internal sealed class SimulatedFlow : ISentFrameOwner
{
    private const long MaxAckDelay = 25_000;
    private const int Size = 1200;

    /// <summary>What timers are late by at most.</summary>
    private const long Tick = 1_024;

    private readonly SimulatedBottleneck _bottleneck;
    private readonly byte[] _payload = new byte[AckFrameWriter.MaxSize(AckTracker.MaxRanges)];
    private LossRecovery _recovery;
    private AckTracker _acks = new();
    private ulong _next;
    private long _wakeAt = long.MaxValue;

    public SimulatedFlow(SimulatedBottleneck bottleneck, CongestionAlgorithm algorithm)
    {
        _bottleneck = bottleneck;
        _recovery = new LossRecovery(MaxAckDelay, Size, algorithm);
    }

    /// <summary>What the application has written so far, in bytes; without bounds, unless told otherwise.</summary>
    public Func<long, long> Written { get; init; } = static _ => long.MaxValue;

    public ref LossRecovery Recovery => ref _recovery;

    public long Delivered { get; private set; }

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame) => Delivered += Size;

    void ISentFrameOwner.OnLost(long now, in SentFrame frame)
    {
    }

    /// <summary>Begins to send.</summary>
    public void StartAt(long time) => _bottleneck.At(time, () => Pump(time));

    public void OnArrived(long now, ulong sequence)
    {
        _acks.OnReceived(now, sequence, ackEliciting: true, immediately: false, MaxAckDelay);
        if (_acks.Deadline <= now)
        {
            SendAck(now);
        }
        else
        {
            var deadline = _acks.Deadline;
            _bottleneck.At(deadline, () => OnAckDue(deadline));
        }
    }

    private void Pump(long now)
    {
        while (_recovery.ProbesDue > 0 || (HasMore(now) && _recovery.CanSend(Size) && _recovery.NextSendAt(now) <= now))
        {
            _recovery.ProbesDue = Math.Max(0, _recovery.ProbesDue - 1);
            _bottleneck.Transmit(now, this, _next, Size);
            _recovery.AddFrame(new SentFrame(this, SentFrameKind.Data));
            _recovery.OnSent(now, _next++, Size, 1, ackEliciting: true);
        }

        var wakeAt = _recovery.Deadline;
        if (!HasMore(now))
        {
            _recovery.OnAppLimited();
            wakeAt = Math.Min(wakeAt, now + Tick);
        }
        else if (_recovery.CanSend(Size))
        {
            wakeAt = Math.Min(wakeAt, _recovery.NextSendAt(now));
        }

        if (wakeAt != long.MaxValue)
        {
            wakeAt = (Math.Max(wakeAt, now + 1) + Tick - 1) / Tick * Tick;
            if (wakeAt < _wakeAt)
            {
                _wakeAt = wakeAt;
                _bottleneck.At(wakeAt, () => OnWake(wakeAt));
            }
        }
    }

    private bool HasMore(long now) => Written(now) >= (long)(_next + 1) * Size;

    private void OnAckDue(long now)
    {
        if (_acks.Deadline <= now)
        {
            SendAck(now);
        }
    }

    private void SendAck(long now)
    {
        var length = AckFrameWriter.Write(_payload, _acks.DelayMicros(now), _acks.Ranges, 0);
        _acks.OnAckSent();
        var copy = _payload.AsSpan(0, length).ToArray();
        _bottleneck.SendBack(now, at => OnAck(at, copy));

        // Data of its own, as sessions bundle it, would now and then bring an ack of this ack.
        if (_acks.ManyRanges)
        {
            _acks.OnAckAcknowledged(_acks.Ranges[8].Largest);
        }
    }

    private void OnAck(long now, byte[] payload)
    {
        Assert.True(AckFrameReader.TryRead(payload, out var ack));
        _recovery.OnAck(now, ref ack, peerIsSlow: false);
        FrameFates.Tell(ref _recovery);
        Pump(now);
    }

    private void OnWake(long now)
    {
        if (_wakeAt != now)
        {
            return;
        }

        _wakeAt = long.MaxValue;
        if (now >= _recovery.Deadline)
        {
            _recovery.OnDeadline(now);
            FrameFates.Tell(ref _recovery);
        }

        Pump(now);
    }
}
