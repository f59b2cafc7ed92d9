using System.Buffers.Binary;
using System.IO.Hashing;
using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>An unreliable message. Any may be missing, so each carries the hash of itself: hash, timestamp, number, kind, content.</summary>
internal static class DatagramMessage
{
    public const int HeaderSize = 32;

    private const int HashSize = 8;

    /// <summary>Completes a message whose content is in place after the header.</summary>
    public static void Write(Span<byte> message, StreamKind kind, long timestamp, long number)
    {
        EchoMessage.Write(message[HashSize..], timestamp, number);
        BinaryPrimitives.WriteInt64BigEndian(message[24..], (long)kind);
        BinaryPrimitives.WriteUInt64BigEndian(message, XxHash3.HashToUInt64(message[HashSize..]));
    }

    /// <summary>What kind of message it is; null if it is not what was sent.</summary>
    public static StreamKind? Verify(ReadOnlySpan<byte> message) =>
        message.Length >= HeaderSize && BinaryPrimitives.ReadUInt64BigEndian(message) == XxHash3.HashToUInt64(message[HashSize..])
            ? (StreamKind)BinaryPrimitives.ReadInt64BigEndian(message[24..])
            : null;

    public static long Timestamp(ReadOnlySpan<byte> message) => EchoMessage.Timestamp(message[HashSize..]);
}
