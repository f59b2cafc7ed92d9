using System.Buffers.Binary;
using System.IO.Hashing;
using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>What one end saw of one direction of one stream, hashed as it goes by: a packet that is lost, doubled, cut, joined, changed or out of order shows.</summary>
internal sealed class ContentDigest
{
    private readonly XxHash3 _hash = new();
    private long _packets;
    private long _bytes;

    public StreamTotals Totals => new(_packets, _bytes, _hash.GetCurrentHashAsUInt64());

    public void Append(ReadOnlySpan<byte> packet)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, packet.Length);
        _hash.Append(length);
        _hash.Append(packet);
        _packets++;
        _bytes += packet.Length;
    }
}
