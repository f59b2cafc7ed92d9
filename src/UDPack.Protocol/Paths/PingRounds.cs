using System.Buffers.Binary;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Paths;

/// <summary>Who asked for a round trip. Called on the thread that drives the endpoint; must not block.</summary>
internal interface IPingWaiter
{
    /// <summary>The answer came so long after the ping had left.</summary>
    void OnPong(long micros);
}

/// <summary>
/// The pings of a session's application and the answers they wait for. Each carries a random number, so that nobody answers what was
/// not asked. One that is lost is not repeated: whoever waits for it decides when it counts as lost.
/// </summary>
internal sealed class PingRounds
{
    /// <summary>A ping carries something: one without payload would be too short to be answered for an unknown session.</summary>
    public const int PayloadSize = 8;

    private readonly List<Round> _rounds = [];
    private int _unsent;

    public bool HasUnsent => _unsent > 0;

    public void Add(ulong number, IPingWaiter waiter)
    {
        _rounds.Add(new Round(number, waiter));
        _unsent++;
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Remove(IPingWaiter waiter)
    {
        var index = _rounds.FindIndex(round => round.Waiter == waiter);
        if (index >= 0)
        {
            RemoveAt(index);
        }
    }

    public void Clear()
    {
        _rounds.Clear();
        _unsent = 0;
    }

    /// <summary>Writes those that were not sent yet, as far as there is room.</summary>
    public void Write(long now, ref DatagramBuilder datagram)
    {
        Span<byte> payload = stackalloc byte[PayloadSize];
        foreach (var round in _rounds)
        {
            if (!round.IsSent)
            {
                BinaryPrimitives.WriteUInt64BigEndian(payload, round.Number);
                if (!datagram.TryAdd(Opcode.Ping, payload))
                {
                    return;
                }

                round.IsSent = true;
                round.SentAt = now;
                _unsent--;
            }
        }
    }

    public void OnPong(long now, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != PayloadSize)
        {
            return;
        }

        var number = BinaryPrimitives.ReadUInt64BigEndian(payload);
        for (var i = 0; i < _rounds.Count; i++)
        {
            if (_rounds[i] is { IsSent: true } round && round.Number == number)
            {
                _rounds.RemoveAt(i);
                round.Waiter.OnPong(now - round.SentAt);
                return;
            }
        }
    }

    private void RemoveAt(int index)
    {
        _unsent -= _rounds[index].IsSent ? 0 : 1;
        _rounds.RemoveAt(index);
    }

    private sealed class Round(ulong number, IPingWaiter waiter)
    {
        public ulong Number { get; } = number;

        public IPingWaiter Waiter { get; } = waiter;

        public bool IsSent { get; set; }

        public long SentAt { get; set; }
    }
}
