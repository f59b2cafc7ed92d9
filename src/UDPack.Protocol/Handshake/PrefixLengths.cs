namespace UDPack.Protocol.Handshake;

/// <summary>How many leading bits of an address say whose it is, for limits that count by it.</summary>
internal readonly record struct PrefixLengths(int IPv4, int IPv6)
{
    /// <summary>One IPv4 address, or one IPv6 /64, which is what a host has for itself.</summary>
    public static PrefixLengths Host { get; } = new(32, 64);

    /// <summary>The address with all further bits and the port zeroed.</summary>
    public PeerAddress PrefixOf(in PeerAddress address) => address.IsIPv4
        ? PeerAddress.FromIPv4(address.IPv4 & (uint)(0xFFFF_FFFFUL << (32 - IPv4)), 0)
        : new PeerAddress(address.High & (ulong.MaxValue << (64 - IPv6)), 0, address.ScopeId, 0);
}
