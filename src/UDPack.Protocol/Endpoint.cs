using System.Buffers.Binary;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol;

/// <summary>
/// One UDP socket's worth of protocol without the socket: datagrams and the time go in, datagrams and the next
/// deadline come out. Not thread-safe: one thread drives it. Times are monotonic microseconds.
/// </summary>
internal abstract class Endpoint : IDisposable
{
    public const long Never = long.MaxValue;

    /// <summary>How many datagrams a session may write before the next one has its turn.</summary>
    private const int DatagramsPerTurn = 16;

    private readonly long _unixEpochOffsetMs;
    private Session? _firstTouched;
    private Session? _lastTouched;
    private int _turn;
    private MemoryReclaim _reclaim;

    protected Endpoint(Entropy entropy, PacketBufferPool buffers, long unixEpochOffsetMs)
    {
        Entropy = entropy;
        Buffers = buffers;
        Hash = new TableHash(entropy);
        _unixEpochOffsetMs = unixEpochOffsetMs;
    }

    public EndpointCounters Counters { get; } = new();

    public PacketBufferPool Buffers { get; }

    /// <summary>For every table whose keys come from the network.</summary>
    public TableHash Hash { get; }

    /// <summary>What all sessions hold together.</summary>
    public MemoryBudget Memory { get; } = new();

    /// <summary>When <see cref="OnDeadline"/> wants to be called next; <see cref="Never"/> if nothing is due.</summary>
    public long NextDeadline => Timers.NextDeadline;

    /// <summary>Whether sessions end from now on because this side stops; their goaways say so.</summary>
    public bool IsStopping { get; set; }

    /// <summary>READY sessions.</summary>
    public abstract int SessionCount { get; }

    /// <summary>Whether there is nothing left, sessions that only repeat their goaway included.</summary>
    public abstract bool IsIdle { get; }

    protected Entropy Entropy { get; }

    protected TimerWheel Timers { get; } = new(0);

    /// <summary>Takes one received datagram; it is decrypted in place. Never throws for what it contains.</summary>
    public abstract void OnDatagram(long now, in NetworkPath path, Span<byte> datagram);

    /// <summary>The network said that a datagram sent to this address found nobody. It may be forged.</summary>
    public virtual void OnUnreachable(long now, in PeerAddress address)
    {
    }

    /// <summary>READY sessions at this moment; a copy.</summary>
    public abstract Session[] GetSessions();

    public void OnDeadline(long now) => Timers.Advance(now);

    /// <summary>Writes what is due to be sent next; call until it returns false. The buffer holds at least 65,535 bytes.</summary>
    public bool TryWrite(long now, Span<byte> buffer, out Transmit transmit)
    {
        if (Memory.IsWanted)
        {
            _reclaim.Run(now, this);
            Memory.Wake();
        }

        if (!TryWriteHandshake(now, buffer, out transmit) && !TryWriteSession(now, buffer, out transmit))
        {
            return false;
        }

        Counters.DatagramsSent++;
        Counters.BytesSent += transmit.Length;
        return true;
    }

    /// <summary>The session may have something to write, or another deadline.</summary>
    public void Touch(Session session)
    {
        if (session.IsTouched)
        {
            return;
        }

        session.IsTouched = true;
        session.NextTouched = null;
        if (_lastTouched is null)
        {
            _firstTouched = session;
        }
        else
        {
            _lastTouched.NextTouched = session;
        }

        _lastTouched = session;
    }

    /// <summary>What a frame's timestamp says: a rough hint for the reader of a capture.</summary>
    public ulong Timestamp(long now) => (ulong)((now / 1000) + _unixEpochOffsetMs);

    /// <summary>The first datagram under the peer's keys verified.</summary>
    public abstract void OnReady(long now, Session session, int datagramLength);

    /// <summary>The session ended; its id stays taken until <see cref="Forget"/>.</summary>
    public abstract void OnEnded(Session session);

    /// <summary>The ended session's keys and id are needed no more.</summary>
    public abstract void Forget(Session session);

    /// <summary>The session's peer is at another address from now on.</summary>
    public virtual void OnMoved(long now, Session session, in PeerAddress before)
    {
    }

    /// <summary>A random number.</summary>
    public ulong NextRandom()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        Entropy.Fill(random);
        return BinaryPrimitives.ReadUInt64BigEndian(random);
    }

    /// <summary>Zeroes all keys. No other call may follow.</summary>
    public abstract void Dispose();

    /// <summary>Handshake frames and other datagrams that belong to no session.</summary>
    protected abstract bool TryWriteHandshake(long now, Span<byte> buffer, out Transmit transmit);

    /// <summary>The checks every received datagram starts with.</summary>
    protected bool TryReadHeader(ReadOnlySpan<byte> datagram, out Frames.FrameHeader header)
    {
        Counters.DatagramsReceived++;
        Counters.BytesReceived += datagram.Length;
        if (Frames.FrameHeader.TryRead(datagram, out header, out var reason))
        {
            if (header.ClientId != 0)
            {
                return true;
            }

            reason = DropReason.BadSessionId;
        }

        Counters.Drop(reason);
        return false;
    }

    /// <summary>Takes a session out of the wheel; for one that is being forgotten.</summary>
    protected void Unschedule(Session session) => Timers.Cancel(session);

    private bool TryWriteSession(long now, Span<byte> buffer, out Transmit transmit)
    {
        while (_firstTouched is { } session)
        {
            if (session.TryWriteDatagram(now, buffer, out var length, out var path))
            {
                transmit = new Transmit(path, length, length);
                if (++_turn >= DatagramsPerTurn)
                {
                    TakeFirstTouched();
                    Touch(session);
                }

                return true;
            }

            TakeFirstTouched();
            if (!session.IsForgotten)
            {
                Timers.ScheduleNoLaterThan(session, session.NextDeadline);
            }
        }

        transmit = default;
        return false;
    }

    private void TakeFirstTouched()
    {
        var session = _firstTouched!;
        _turn = 0;
        session.IsTouched = false;
        _firstTouched = session.NextTouched;
        session.NextTouched = null;
        _lastTouched = _firstTouched is null ? null : _lastTouched;
    }
}
