using System.Buffers.Binary;

namespace UDPack.Tool.Perf.Protocol;

/// <summary>The first packet on every stream but the control stream; the client sends it. It also shows the stream to a server that only sends.</summary>
internal readonly record struct StreamHeader(StreamKind Kind, int Index)
{
    private const int Size = 5;

    public static StreamHeader? TryRead(ReadOnlySpan<byte> packet) => packet.Length == Size
        ? new StreamHeader((StreamKind)packet[0], BinaryPrimitives.ReadInt32BigEndian(packet[1..]))
        : null;

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), Index);
        return bytes;
    }
}
