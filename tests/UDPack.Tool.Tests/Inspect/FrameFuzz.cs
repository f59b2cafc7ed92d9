using UDPack.Protocol.Frames;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>Frames as no sane sender writes them: some good, some bent in a few bytes, some noise.</summary>
internal static class FrameFuzz
{
    private static readonly FrameFlags[] Flags =
    [
        FrameFlags.None, FrameFlags.Stream, FrameFlags.Packet, FrameFlags.Stream | FrameFlags.Packet,
        FrameFlags.Stream | FrameFlags.Packet | FrameFlags.Fragment | FrameFlags.Fin, FrameFlags.Slow,
    ];

    /// <summary>A datagram's content: a first header that is good, and frames that may not be.</summary>
    public static byte[] Datagram(Random random)
    {
        var first = Good(random);
        List<byte> content = [.. first];
        for (var frames = random.Next(4); frames > 0; frames--)
        {
            content.AddRange(Bent(random, Any(random)));
        }

        content.AddRange(random.Next(4) switch
        {
            0 => new byte[random.Next(40)],
            1 => Bent(random, new byte[random.Next(1, 20)]),
            _ => [],
        });

        // The first header is what leads here; what is sealed behind it may be cut anywhere.
        var length = random.Next(8) == 0 ? random.Next(FrameHeader.Size, content.Count + 1) : content.Count;
        return [.. content.Take(length)];
    }

    private static byte[] Good(Random random)
    {
        while (true)
        {
            var frame = Any(random);
            if (FrameHeader.TryRead(frame, out var header, out _) && header.Opcode is not (Opcode.Shakehand or Opcode.Handshake or Opcode.Retry))
            {
                return frame;
            }
        }
    }

    private static byte[] Any(Random random)
    {
        var opcode = (Opcode)random.Next(16);
        var flags = Flags[random.Next(Flags.Length)];
        var payload = random.Next(3) == 0 ? SealedSession.Bytes(random, random.Next(24)) : Numbers(random);
        return SealedSession.Frame(opcode, flags, payload, (uint)random.Next(), (uint)random.Next(), (uint)random.Next(2000));
    }

    /// <summary>Varints, as most payloads have.</summary>
    private static byte[] Numbers(Random random)
    {
        var buffer = new byte[64];
        var length = 0;
        for (var count = random.Next(7); count > 0; count--)
        {
            length += VarInt.Write(buffer.AsSpan(length), (ulong)random.NextInt64(1L << random.Next(1, 62)));
        }

        return buffer[..length];
    }

    private static byte[] Bent(Random random, byte[] bytes)
    {
        for (var flips = random.Next(6) - 3; flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }
}
