using System.Buffers.Binary;

namespace UDPack.Protocol;

/// <summary>
/// Where a datagram came from or goes to: an IPv6 address (IPv4 mapped into it), scope and port as plain
/// numbers, so that the protocol needs no socket types and a comparison needs no allocation.
/// </summary>
internal readonly record struct PeerAddress(ulong High, ulong Low, uint ScopeId, ushort Port)
{
    public const int EncodedSize = 22;

    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    public bool IsIPv4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>The IPv4 address in host order; only meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)Low;

    public static PeerAddress FromIPv4(uint address, ushort port) => new(0, MappedPrefix | address, 0, port);

    public bool SameHost(in PeerAddress other) => High == other.High && Low == other.Low && ScopeId == other.ScopeId;

    public override string ToString() => IsIPv4
        ? $"{IPv4 >> 24}.{(IPv4 >> 16) & 0xFF}.{(IPv4 >> 8) & 0xFF}.{IPv4 & 0xFF}:{Port}"
        : $"[{High:x16}:{Low:x16}%{ScopeId}]:{Port}";

    /// <summary>A fixed-size form to bind cookies to.</summary>
    public void Encode(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], ScopeId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[20..], Port);
    }
}
