using System.Buffers.Binary;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Paths;

/// <summary>A session's pings, and its answers to the peer's.</summary>
internal sealed class PingTraffic(SessionContext context)
{
    private const int MaxQueuedPongs = 16;

    private RingQueue<PacketBuffer> _pongs;
    private PingRounds? _rounds;

    /// <summary>A ping is to be written, if nothing else asks the peer for an answer.</summary>
    public bool IsDue { get; set; }

    /// <summary>How many of the peer's wait to be answered.</summary>
    public int PongsWaiting => _pongs.Count;

    public bool HasContent => IsDue || _rounds is { HasUnsent: true } || _pongs.Count > 0;

    /// <summary>Sends a ping and has the waiter told of the answer, however long it takes; not told when the session ends.</summary>
    public void Send(IPingWaiter waiter)
    {
        if (!context.IsOver)
        {
            (_rounds ??= new PingRounds()).Add(context.Endpoint.NextRandom(), waiter);
            context.Touch();
        }
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void Forget(IPingWaiter waiter) => _rounds?.Remove(waiter);

    /// <summary>The peer asks.</summary>
    public void OnPing(ReadOnlySpan<byte> payload)
    {
        if (_pongs.Count >= MaxQueuedPongs || payload.Length > Session.LargestWholePacket)
        {
            return;
        }

        var buffer = context.Endpoint.Buffers.Rent(payload.Length);
        payload.CopyTo(buffer.Span);
        _pongs.Enqueue(buffer);
    }

    /// <summary>The peer answers.</summary>
    public void OnPong(long now, ReadOnlySpan<byte> payload) => _rounds?.OnPong(now, payload);

    /// <summary>Writes as many answers as fit.</summary>
    public void WritePongs(ref DatagramBuilder datagram)
    {
        while (_pongs.Count > 0 && datagram.TryAdd(Opcode.Pong, _pongs[0].Span))
        {
            _pongs[0].Release();
            _pongs.DropHead();
        }
    }

    /// <summary>Writes the pings that somebody waits for.</summary>
    public void WriteRounds(long now, ref DatagramBuilder datagram) => _rounds?.Write(now, ref datagram);

    /// <summary>Writes one that nobody waits for, only to be answered.</summary>
    public static bool TryWrite(long now, ref DatagramBuilder datagram)
    {
        Span<byte> payload = stackalloc byte[PingRounds.PayloadSize];
        BinaryPrimitives.WriteInt64BigEndian(payload, now);
        return datagram.TryAdd(Opcode.Ping, payload);
    }

    /// <summary>The session ended.</summary>
    public void Clear()
    {
        _rounds?.Clear();
        while (_pongs.TryDequeue(out var packet))
        {
            packet.Release();
        }
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim() => _pongs.Trim();
}
