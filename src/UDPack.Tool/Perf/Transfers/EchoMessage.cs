using System.Buffers.Binary;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>What a message to be echoed begins with: when it should have been sent, on the sender's clock, and its number.</summary>
internal static class EchoMessage
{
    public const int HeaderSize = 16;

    public static void Write(Span<byte> message, long timestamp, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(message, timestamp);
        BinaryPrimitives.WriteInt64BigEndian(message[8..], number);
    }

    public static long Timestamp(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64BigEndian(message);
}
