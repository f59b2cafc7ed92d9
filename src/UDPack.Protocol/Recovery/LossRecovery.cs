using UDPack.Protocol.Collections;
using UDPack.Protocol.Congestion;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// What was sent and not yet acknowledged, when to give up on it, and how much more may leave: RFC 9002 in one number space,
/// with pacing and with memory for datagrams declared lost too early. A value type inside the session; the rings hold memory
/// only while something is in flight. See the partial files for acks and losses.
/// </summary>
internal partial struct LossRecovery
{
    /// <summary>From here on only what must be acknowledged is tracked.</summary>
    private const int MaxTrackedAckOnly = 256;

    /// <summary>So many datagrams whose fate is known may wait behind a lost one that might still arrive.</summary>
    private const int MaxRetained = 4096;

    private readonly long _peerMaxAckDelay;
    private readonly CongestionAlgorithm _algorithm;
    private int _datagramSize;
    private RingQueue<SentDatagram> _sent;
    private RingQueue<SentFrame> _frames;
    private long _framesBase;

    /// <summary>Everything before this position is acknowledged, lost or of no interest.</summary>
    private int _cursor;
    private int _ackOnlyTracked;
    private ulong _nextSequence;

    /// <summary>What was sent before this number belongs to an earlier path.</summary>
    private ulong _firstOnPath;
    private ulong _largestAcknowledged;
    private bool _anyAcknowledged;
    private long _lossTime = long.MaxValue;
    private long _lastElicitingSentAt;
    private ProbeBackoff _backoff;
    private DeliveryMeter _delivery;
    private Pacer _pacer;
    private ReorderingTolerance _reordering = new();
    private PersistentCongestion _persistent = new();

    public RttEstimator Rtt = new();

    /// <summary>The frames whose fate was found out and their owners do not know yet: to be told after each ack, timer and repeat.</summary>
    public SettledFrames Settled;

    /// <summary>What was learned about the sizes that the path carries; to be looked at with <see cref="Settled"/>.</summary>
    public PathEvidence Evidence;

    public LossRecovery(long peerMaxAckDelay, int datagramSize, CongestionAlgorithm algorithm)
    {
        _peerMaxAckDelay = peerMaxAckDelay;
        _datagramSize = datagramSize;
        _algorithm = algorithm;
        Evidence = new PathEvidence(datagramSize);
        Congestion = Controllers.Create(_algorithm, _datagramSize);
    }

    public ICongestionController Congestion { get; private set; }

    /// <summary>What is in flight on the present path.</summary>
    public long BytesInFlight { get; private set; }

    /// <summary>What is in flight at all.</summary>
    public int DatagramsInFlight { get; private set; }

    /// <summary>Path MTU probes not included: they are meant to be lost.</summary>
    public long DatagramsLost { get; private set; }

    /// <summary>How many of them arrived after all.</summary>
    public long SpuriousLosses { get; private set; }

    /// <summary>How many probe datagrams a fired timer still owes; they may exceed the window and are not paced.</summary>
    public int ProbesDue { get; set; }

    /// <summary>Every datagram before this number is acknowledged, lost for good or of no interest.</summary>
    public readonly ulong OldestAwaited => _sent.Count == 0 ? _nextSequence : _sent[0].Sequence;

    /// <summary>The largest number the peer acknowledged; 0 before the first.</summary>
    public readonly ulong LargestAcknowledged => _largestAcknowledged;

    /// <summary>The probe timeout without backoff.</summary>
    public readonly long ProbeTimeout => Rtt.ProbeTimeout(_peerMaxAckDelay);

    /// <summary>
    /// When <see cref="OnDeadline"/> must be called: the loss timer or the probe timer. The loss timer is mostly the earlier one and goes first
    /// (RFC 9002 §6.2.1), but no longer than the longest wait for a probe: one long round trip moves it as far as it was long.
    /// </summary>
    public readonly long Deadline
    {
        get
        {
            if (DatagramsInFlight == 0)
            {
                return _lossTime;
            }

            var wait = _backoff.Wait(ProbeTimeout);
            return _lossTime == long.MaxValue
                ? _lastElicitingSentAt + wait
                : Math.Min(_lossTime, _lastElicitingSentAt + Math.Max(wait, ProbeBackoff.Longest));
        }
    }

    /// <summary>Whether the congestion window has room; see <see cref="NextSendAt"/> for when.</summary>
    public readonly bool CanSend(int bytes) => BytesInFlight + bytes <= Congestion.Window;

    /// <summary>The earliest time the next datagram may leave; not after <paramref name="now"/> if at once.</summary>
    public readonly long NextSendAt(long now) => _pacer.NextSendAt(now, Congestion.PacingRate, _datagramSize);

    /// <summary>Whether the peer acknowledged this number or a later one.</summary>
    public readonly bool HasAcknowledged(ulong sequence) => _anyAcknowledged && _largestAcknowledged >= sequence;

    /// <summary>Notes a frame of the datagram that <see cref="OnSent"/> will report next.</summary>
    public void AddFrame(in SentFrame frame) => _frames.Enqueue(frame);

    public void OnSent(long now, ulong sequence, int size, int frameCount, bool ackEliciting, bool isMtuProbe = false)
    {
        _nextSequence = sequence + 1;
        if (!ackEliciting && _ackOnlyTracked >= MaxTrackedAckOnly)
        {
            // A peer that acknowledges nothing must not make us remember every ack it is sent.
            _frames.DropTail(frameCount);
            return;
        }

        var datagram = new SentDatagram
        {
            Sequence = sequence,
            SentAt = now,
            Size = size,
            FirstFrame = _framesBase + _frames.Count - frameCount,
            FrameCount = frameCount,
            State = ackEliciting ? SentState.InFlight : SentState.AckOnly,
            IsMtuProbe = isMtuProbe,
        };
        if (ackEliciting)
        {
            Congestion.OnSent(new SendSample
            {
                Now = now,
                Size = size,
                InFlight = BytesInFlight,
                SmoothedRtt = Rtt.Smoothed,
                AppLimited = _delivery.IsAppLimited,
            });
            _delivery.OnSent(now, BytesInFlight, ref datagram);
            _pacer.OnSent(now, size, Congestion.PacingRate, _datagramSize);
            BytesInFlight += size;
            DatagramsInFlight++;
            _lastElicitingSentAt = now;
        }
        else
        {
            _ackOnlyTracked++;
        }

        _sent.Enqueue(datagram);
        DropHead(now);
    }

    /// <summary>The sender had nothing more to send though window and pacing would have allowed it.</summary>
    public void OnAppLimited() => _delivery.OnAppLimited(BytesInFlight);

    public void OnDeadline(long now)
    {
        if (_lossTime <= now)
        {
            DetectLosses(now);
            DropHead(now);
        }
        else if (now >= Deadline)
        {
            // Two probes, so that one more loss does not cost another, doubled timeout (RFC 9002 §6.2.4).
            ProbesDue = 2;
            _backoff.OnTimeout(now);
        }
    }

    /// <summary>The datagrams have another size from now on.</summary>
    public void SetDatagramSize(int size)
    {
        _datagramSize = size;
        Congestion.SetDatagramSize(size);
    }

    /// <summary>
    /// The peer is reached on another path. What is in flight is still awaited, but after a reset it tells nothing about the
    /// new path (RFC 9000 §9.4).
    /// </summary>
    public void OnPathChanged(long now, bool resetCongestionAndRtt, int datagramSize)
    {
        if (!resetCongestionAndRtt)
        {
            SetDatagramSize(datagramSize);
            return;
        }

        _datagramSize = datagramSize;
        _firstOnPath = _nextSequence;
        BytesInFlight = 0;
        Rtt = new RttEstimator();
        Congestion = Controllers.Create(_algorithm, _datagramSize);
        _delivery = default;
        _pacer = default;
        _reordering = new ReorderingTolerance();
        _persistent = new PersistentCongestion();
        _backoff.Reset();
        if (_lossTime != long.MaxValue)
        {
            _lossTime = now + _reordering.Delay(Rtt);
        }
    }

    /// <summary>Forgets everything in flight, telling nobody: the session ended.</summary>
    public void Clear()
    {
        _sent = default;
        _frames = default;
        _cursor = 0;
        _ackOnlyTracked = 0;
        BytesInFlight = 0;
        DatagramsInFlight = 0;
        _lossTime = long.MaxValue;
        ProbesDue = 0;
        Settled.Clear();
        Evidence.Clear();
    }

    /// <summary>Gives memory back while nothing is in flight.</summary>
    public void Trim()
    {
        if (DatagramsInFlight == 0)
        {
            _sent = default;
            _framesBase += _frames.Count;
            _frames = default;
            _cursor = 0;
            _ackOnlyTracked = 0;
            Settled.Trim();
            Evidence.Trim();
        }
    }

    private readonly bool IsOnPath(in SentDatagram datagram) => datagram.Sequence >= _firstOnPath;

    private void DropHead(long now)
    {
        while (_sent.Count > 0 && IsOver(now, _sent[0]))
        {
            ref var head = ref _sent[0];
            if (head.State == SentState.AckOnly)
            {
                _ackOnlyTracked--;
            }

            for (var i = head.FrameCount; i > 0; i--)
            {
                _frames.DropHead();
                _framesBase++;
            }

            _sent.DropHead();
            _cursor = Math.Max(0, _cursor - 1);
        }
    }

    /// <summary>Whether nothing can be learned of a datagram any more; a lost one that is late is recognised for two probe timeouts.</summary>
    private readonly bool IsOver(long now, in SentDatagram datagram) => datagram.State switch
    {
        SentState.InFlight => false,
        SentState.Lost => now - datagram.SentAt > 2 * ProbeTimeout || _sent.Count - DatagramsInFlight > MaxRetained,
        _ => true,
    };
}
