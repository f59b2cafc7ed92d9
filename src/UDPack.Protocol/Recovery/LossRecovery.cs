using UDPack.Protocol.Collections;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// What was sent and not yet acknowledged, and when to give up on it: loss detection and probe timeouts of RFC 9002 §6 in
/// one number space. A value type inside the session; the rings hold memory only while something is in flight.
/// </summary>
internal struct LossRecovery
{
    /// <summary>RFC 9002 §6.1.1.</summary>
    private const int PacketThreshold = 3;

    /// <summary>RFC 9002 §7.6.1.</summary>
    private const int PersistentCongestionThreshold = 3;

    /// <summary>From here on only what must be acknowledged is tracked.</summary>
    private const int MaxTrackedBehindOne = 256;

    /// <summary>A backoff beyond this only delays what the idle timeout will end anyway.</summary>
    private const int MaxBackoff = 10;

    private readonly ISentFrameOwner _owner;
    private readonly long _peerMaxAckDelay;
    private RingQueue<SentDatagram> _sent;
    private RingQueue<SentFrame> _frames;
    private long _framesBase;
    private ulong _largestAcknowledged;
    private bool _anyAcknowledged;
    private long _lossTime = long.MaxValue;
    private long _lastElicitingSentAt;
    private long _firstRttSampleAt = long.MaxValue;
    private int _probeCount;

    public RttEstimator Rtt = new();

    public LossRecovery(ISentFrameOwner owner, long peerMaxAckDelay, int datagramSize)
    {
        _owner = owner;
        _peerMaxAckDelay = peerMaxAckDelay;
        Congestion = new NewReno(datagramSize);
    }

    public ICongestionController Congestion { get; }

    public long BytesInFlight { get; private set; }

    public int DatagramsInFlight { get; private set; }

    public long DatagramsLost { get; private set; }

    /// <summary>How many probe datagrams a fired timer still owes; they may exceed the window.</summary>
    public int ProbesDue { get; set; }

    /// <summary>The probe timeout without backoff.</summary>
    public readonly long ProbeTimeout => Rtt.ProbeTimeout(_peerMaxAckDelay);

    public readonly bool CanSend(int bytes) => BytesInFlight + bytes <= Congestion.Window;

    /// <summary>When <see cref="OnDeadline"/> must be called: the loss timer or the probe timer.</summary>
    public readonly long Deadline
    {
        get
        {
            if (_lossTime != long.MaxValue)
            {
                return _lossTime;
            }

            return DatagramsInFlight == 0 ? long.MaxValue : _lastElicitingSentAt + (ProbeTimeout << Math.Min(_probeCount, MaxBackoff));
        }
    }

    /// <summary>Whether the peer acknowledged this number or a later one.</summary>
    public readonly bool HasAcknowledged(ulong sequence) => _anyAcknowledged && _largestAcknowledged >= sequence;

    /// <summary>Notes a frame of the datagram that <see cref="OnSent"/> will report next.</summary>
    public void AddFrame(SentFrameKind kind, ulong value = 0) => _frames.Enqueue(new SentFrame(kind, value));

    public void OnSent(long now, ulong sequence, int size, int frameCount, bool ackEliciting)
    {
        if (!ackEliciting && _sent.Count >= MaxTrackedBehindOne)
        {
            // A peer that acknowledges nothing must not make us remember every ack it is sent.
            _frames.DropTail(frameCount);
            return;
        }

        _sent.Enqueue(new SentDatagram
        {
            Sequence = sequence,
            SentAt = now,
            Size = size,
            FirstFrame = _framesBase + _frames.Count - frameCount,
            FrameCount = frameCount,
            State = ackEliciting ? SentState.InFlight : SentState.Settled,
        });
        if (ackEliciting)
        {
            BytesInFlight += size;
            DatagramsInFlight++;
            _lastElicitingSentAt = now;
        }

        DropSettledHead();
    }

    /// <summary>Takes an ack whose numbers were all sent.</summary>
    public void OnAck(long now, ref AckFrameReader ack, bool peerIsSlow)
    {
        // RFC 9002 §5.1: a sample needs the largest number to be new, though that one may itself have only acknowledged.
        var largest = ack.Largest;
        var largestAt = FirstFrom(largest);
        var largestIsNew = (!_anyAcknowledged || largest > _largestAcknowledged) && largestAt < _sent.Count && _sent[largestAt].Sequence == largest;
        var largestSentAt = largestIsNew ? _sent[largestAt].SentAt : 0;
        long acknowledgedBytes = 0;
        long newestSentAt = 0;
        var windowWasUsed = BytesInFlight >= Congestion.Window / 2;

        while (ack.TryNext(out var smallest, out var rangeLargest))
        {
            for (var i = FirstFrom(smallest); i < _sent.Count && _sent[i].Sequence <= rangeLargest; i++)
            {
                ref var datagram = ref _sent[i];
                if (datagram.State != SentState.InFlight)
                {
                    continue;
                }

                acknowledgedBytes += datagram.Size;
                newestSentAt = Math.Max(newestSentAt, datagram.SentAt);
                Settle(ref datagram, SentState.Acknowledged);
                Report(datagram, acknowledged: true);
            }
        }

        if (!_anyAcknowledged || largest > _largestAcknowledged)
        {
            _anyAcknowledged = true;
            _largestAcknowledged = largest;
        }

        if (acknowledgedBytes == 0)
        {
            return;
        }

        if (largestIsNew)
        {
            _firstRttSampleAt = Math.Min(_firstRttSampleAt, now);
            Rtt.Update(now - largestSentAt, (long)Math.Min(ack.DelayMicros, (ulong)_peerMaxAckDelay));
        }

        Congestion.OnAcknowledged(now, acknowledgedBytes, newestSentAt, windowWasUsed && !peerIsSlow);
        _probeCount = 0;
        DetectLosses(now);
        DropSettledHead();
    }

    public void OnDeadline(long now)
    {
        if (_lossTime <= now)
        {
            DetectLosses(now);
            DropSettledHead();
        }
        else if (now >= Deadline)
        {
            // Two probes, so that one more loss does not cost another, doubled timeout (RFC 9002 §6.2.4).
            ProbesDue = 2;
            _probeCount++;
        }
    }

    /// <summary>Forgets everything in flight, telling nobody: the session ended.</summary>
    public void Clear()
    {
        _sent = default;
        _frames = default;
        BytesInFlight = 0;
        DatagramsInFlight = 0;
        _lossTime = long.MaxValue;
        ProbesDue = 0;
    }

    /// <summary>Gives memory back while nothing is in flight.</summary>
    public void Trim()
    {
        _sent.Trim();
        _frames.Trim();
    }

    private void DetectLosses(long now)
    {
        _lossTime = long.MaxValue;
        if (!_anyAcknowledged)
        {
            return;
        }

        // RFC 9002 §6.1.2: nine eighths of the round trip.
        var delay = Math.Max(Math.Max(Rtt.Latest, Rtt.Smoothed) * 9 / 8, RttEstimator.Granularity);
        var newestLost = long.MinValue;
        var runStart = long.MaxValue;
        var persistent = false;
        for (var i = 0; i < _sent.Count; i++)
        {
            ref var datagram = ref _sent[i];
            var sequence = datagram.Sequence;
            if (sequence > _largestAcknowledged)
            {
                break;
            }

            if (datagram.State != SentState.InFlight)
            {
                // RFC 9002 §7.6.2: an acknowledged datagram in between ends a run of losses.
                runStart = datagram.State == SentState.Acknowledged ? long.MaxValue : runStart;
                continue;
            }

            if (datagram.SentAt + delay > now && _largestAcknowledged - sequence < PacketThreshold)
            {
                _lossTime = Math.Min(_lossTime, datagram.SentAt + delay);
                continue;
            }

            newestLost = Math.Max(newestLost, datagram.SentAt);
            if (datagram.SentAt >= _firstRttSampleAt)
            {
                runStart = Math.Min(runStart, datagram.SentAt);
                persistent |= datagram.SentAt - runStart > ProbeTimeout * PersistentCongestionThreshold;
            }

            DatagramsLost++;
            Settle(ref datagram, SentState.Settled);
            Report(datagram, acknowledged: false);
        }

        if (newestLost != long.MinValue)
        {
            Congestion.OnLost(now, newestLost, persistent);
        }
    }

    private void Settle(ref SentDatagram datagram, SentState state)
    {
        BytesInFlight -= datagram.Size;
        DatagramsInFlight--;
        datagram.State = state;
    }

    /// <summary>The position of the first tracked datagram with this number or a later one.</summary>
    private readonly int FirstFrom(ulong sequence)
    {
        var low = 0;
        var high = _sent.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sent[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Report(in SentDatagram datagram, bool acknowledged)
    {
        var first = (int)(datagram.FirstFrame - _framesBase);

        // The owner may end the session in reaction, which clears everything.
        for (var i = first; i < first + datagram.FrameCount && i < _frames.Count; i++)
        {
            if (acknowledged)
            {
                _owner.OnFrameAcknowledged(_frames[i]);
            }
            else
            {
                _owner.OnFrameLost(_frames[i]);
            }
        }
    }

    private void DropSettledHead()
    {
        while (_sent.Count > 0 && _sent[0].State != SentState.InFlight)
        {
            for (var i = _sent[0].FrameCount; i > 0; i--)
            {
                _frames.DropHead();
                _framesBase++;
            }

            _sent.DropHead();
        }
    }
}
