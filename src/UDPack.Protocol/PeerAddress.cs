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
    private const ulong LinkLocalPrefix = 0xFE80_0000_0000_0000;
    private const ulong LinkLocalMask = 0xFFC0_0000_0000_0000;
    private const uint LinkLocalIPv4Prefix = 0xA9FE;
    private const uint IPv4Broadcast = 0xFFFF_FFFF;

    public bool IsIPv4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>The IPv4 address in host order; only meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)Low;

    /// <summary>Whether the address means something on one link only, which its scope names.</summary>
    public bool IsLinkLocal => (High & LinkLocalMask) == LinkLocalPrefix;

    /// <summary>The same of an IPv4 address (169.254/16), which has no way to write its scope.</summary>
    public bool IsLinkLocalIPv4 => IsIPv4 && IPv4 >> 16 == LinkLocalIPv4Prefix;

    /// <summary>Whether it is one host's: not "any", a group's or everybody's.</summary>
    public bool IsUnicast => IsIPv4
        ? IPv4 != 0 && IPv4 >> 28 != 0xE && IPv4 != IPv4Broadcast
        : (High | Low) != 0 && High >> 56 != 0xFF;

    /// <summary>Scopes of addresses that are not link-local are left out: they say nothing, and one side's would not equal the other's.</summary>
    public static PeerAddress FromIPv6(ulong high, ulong low, uint scopeId, ushort port) =>
        new(high, low, (high & LinkLocalMask) == LinkLocalPrefix ? scopeId : 0, port);

    public static PeerAddress FromIPv4(uint address, ushort port) => new(0, MappedPrefix | address, 0, port);

    /// <summary>
    /// A local end, without port. IPv4's link-local addresses (169.254/16) mean as little without their interface as those of IPv6: a machine
    /// on two such links has the same routes to both. A peer's has no scope, as IPv4 has no way to write it.
    /// </summary>
    public static PeerAddress LocalIPv4(uint address, uint scopeId)
    {
        var local = FromIPv4(address, port: 0);
        return local.IsLinkLocalIPv4 ? local with { ScopeId = scopeId } : local;
    }

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
