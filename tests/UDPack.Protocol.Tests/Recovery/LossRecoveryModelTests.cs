using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>Compares with a model that keeps a list and looks at all of it every time.</summary>
public sealed class LossRecoveryModelTests
{
    private const long MaxAckDelay = 25_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_agrees_with_the_model_whatever_happens(int seed)
    {
        var random = new Random(seed);
        var owner = new FrameFates();
        var recovery = new LossRecovery(MaxAckDelay, 1200, seed % 2 == 0 ? CongestionAlgorithm.Bbr : CongestionAlgorithm.Cubic);
        var model = new Model();
        var now = 0L;
        ulong next = 0;
        for (var step = 0; step < 600; step++)
        {
            now += random.Next(4) == 0 ? random.Next(30_000) : random.Next(500);
            switch (random.Next(20))
            {
                case < 9:
                    for (var i = random.Next(8); i >= 0; i--)
                    {
                        var eliciting = random.Next(8) != 0;
                        var size = random.Next(40, 1201);
                        recovery.AddFrame(owner.Frame(next));
                        recovery.OnSent(now, next, size, 1, eliciting);
                        model.Send(now, next++, size, eliciting);
                    }

                    break;
                case < 17 when next > 0:
                    var ranges = RandomRanges(random, next);
                    var payload = new byte[AckFrameWriter.MaxSize(ranges.Length)];
                    var length = AckFrameWriter.Write(payload, 0, ranges, 0);
                    Assert.True(AckFrameReader.TryRead(payload.AsSpan(0, length), out var ack));
                    recovery.OnAck(now, ref ack, peerIsSlow: random.Next(5) == 0);
                    model.Ack(now, ranges);
                    break;
                case 18 when random.Next(20) == 0:
                    recovery.OnPathChanged(now, resetCongestionAndRtt: true, 1200);
                    model.ChangePath(now, next);
                    break;
                default:
                    if (recovery.Deadline != long.MaxValue)
                    {
                        now = Math.Max(now, recovery.Deadline);
                        recovery.OnDeadline(now);
                        model.OnDeadline(now);
                    }

                    break;
            }

            FrameFates.Tell(ref recovery);
            Assert.Equal(model.Acknowledged, owner.Acknowledged);
            Assert.Equal(model.Lost, owner.Lost);
            Assert.Equal(model.BytesInFlight, recovery.BytesInFlight);
            Assert.Equal(model.DatagramsInFlight, recovery.DatagramsInFlight);
            Assert.Equal(model.Spurious, recovery.SpuriousLosses);
            Assert.Equal(model.Lost.Count, recovery.DatagramsLost);
            Assert.Equal(model.Deadline, recovery.Deadline);
            Assert.Equal(model.Rtt.Smoothed, recovery.Rtt.Smoothed);
            Assert.True(recovery.Congestion.Window >= 2 * 1200);
        }
    }

    private static AckRange[] RandomRanges(Random random, ulong next)
    {
        var ranges = new List<AckRange>();
        var top = (long)next - 1 - random.Next(4);
        for (var i = random.Next(1, 6); i > 0 && top >= 0; i--)
        {
            var smallest = Math.Max(0, top - random.Next(random.Next(2) == 0 ? 3 : 40));
            ranges.Add(new AckRange((ulong)smallest, (ulong)top));
            top = smallest - 2 - random.Next(6);
        }

        return ranges.Count > 0 ? [.. ranges] : [new AckRange(0, 0)];
    }

    private sealed class Entry
    {
        public required ulong Sequence { get; init; }

        public required long SentAt { get; init; }

        public required int Size { get; init; }

        public bool OnPath { get; set; } = true;

        public SentState State { get; set; }
    }

    private sealed class Model
    {
        private readonly List<Entry> _entries = [];
        private readonly List<long> _timeouts = [];
        private ReorderingTolerance _reordering = new();
        private ulong? _largest;
        private long? _lossTime;
        private long _lastElicitingAt;
        private RttEstimator _rtt = new();

        public RttEstimator Rtt => _rtt;

        public List<ulong> Acknowledged { get; } = [];

        public List<ulong> Lost { get; } = [];

        public long Spurious { get; private set; }

        public int DatagramsInFlight => _entries.Count(static e => e.State == SentState.InFlight);

        public long BytesInFlight => _entries.Where(static e => e.OnPath && e.State == SentState.InFlight).Sum(static e => e.Size);

        public long Deadline => DatagramsInFlight == 0
            ? _lossTime ?? long.MaxValue
            : _lossTime is { } lossTime ? Math.Min(lossTime, _lastElicitingAt + Math.Max(ProbeWait, 2_000_000)) : _lastElicitingAt + ProbeWait;

        private long ProbeWait
        {
            get
            {
                var timeout = _rtt.ProbeTimeout(MaxAckDelay);
                var longest = timeout < 1_250_000 ? 1_250_000 : timeout > 2_000_000 ? 2_000_000 : timeout;
                var doubled = timeout * Math.Pow(2, _timeouts.Count);
                return _timeouts.Count == 0 ? Math.Min(timeout, 2_000_000) : (long)Math.Min(doubled, Math.Max(longest, (_timeouts[^1] - _timeouts[0]) / 64));
            }
        }

        public void Send(long now, ulong sequence, int size, bool eliciting)
        {
            // At most 256 of these are kept; the steps are too few to reach that.
            _entries.Add(new Entry { Sequence = sequence, SentAt = now, Size = size, State = eliciting ? SentState.InFlight : SentState.AckOnly });
            _lastElicitingAt = eliciting ? now : _lastElicitingAt;
            Forget(now);
        }

        public void Ack(long now, AckRange[] ranges)
        {
            var largest = ranges[0].Largest;
            var newest = _largest is null || largest > _largest ? _entries.Find(e => e.Sequence == largest && e.OnPath) : null;
            var anyNew = false;
            foreach (var range in ranges)
            {
                foreach (var entry in _entries.Where(e => e.Sequence >= range.Smallest && e.Sequence <= range.Largest && e.State != SentState.Acknowledged))
                {
                    anyNew |= entry.State != SentState.AckOnly;
                    if (entry.State == SentState.Lost)
                    {
                        Spurious++;
                        if (entry.OnPath)
                        {
                            _reordering.OnSpurious(now, entry.SentAt, _largest!.Value - entry.Sequence, _rtt);
                        }
                    }

                    entry.State = SentState.Acknowledged;
                    Acknowledged.Add(entry.Sequence);
                }
            }

            _largest = _largest is null ? largest : Math.Max(_largest.Value, largest);
            if (!anyNew)
            {
                return;
            }

            if (newest is not null)
            {
                _rtt.Update(Math.Max(1, now - newest.SentAt), 0);
            }

            _timeouts.Clear();
            DetectLosses(now);
            Forget(now);
        }

        public void OnDeadline(long now)
        {
            if (_lossTime <= now)
            {
                DetectLosses(now);
                Forget(now);
            }
            else if (Deadline <= now)
            {
                _timeouts.Add(now);
            }
        }

        public void ChangePath(long now, ulong next)
        {
            _entries.ForEach(static e => e.OnPath = false);
            _rtt = new RttEstimator();
            _reordering = new ReorderingTolerance();
            _timeouts.Clear();
            _lossTime = _lossTime is null ? null : now + _reordering.Delay(_rtt);
        }

        private void DetectLosses(long now)
        {
            _lossTime = null;
            var delay = _reordering.Delay(_rtt);
            var newest = long.MinValue;
            foreach (var entry in _entries.Where(e => e.State == SentState.InFlight && e.Sequence <= _largest))
            {
                if (entry.SentAt + delay <= now || _largest - entry.Sequence >= (ulong)_reordering.Packets)
                {
                    entry.State = SentState.Lost;
                    Lost.Add(entry.Sequence);
                    newest = entry.OnPath ? entry.SentAt : newest;
                }
                else
                {
                    _lossTime = Math.Min(_lossTime ?? long.MaxValue, entry.SentAt + delay);
                }
            }

            if (newest != long.MinValue)
            {
                _reordering.OnLost(now, newest);
            }
        }

        private void Forget(long now)
        {
            while (_entries.Count > 0 && (_entries[0].State is SentState.Acknowledged or SentState.AckOnly
                || (_entries[0].State == SentState.Lost && now - _entries[0].SentAt > 2 * _rtt.ProbeTimeout(MaxAckDelay))))
            {
                _entries.RemoveAt(0);
            }
        }
    }
}
