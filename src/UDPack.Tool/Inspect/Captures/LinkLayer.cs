using System.Buffers.Binary;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>Takes the link layer off a captured packet.</summary>
internal static class LinkLayer
{
    private const int EthernetHeader = 14;
    private const int VlanTag = 4;
    private const int CookedHeader = 16;
    private const int Cooked2Header = 20;
    private const ushort EtherIPv4 = 0x0800;
    private const ushort EtherIPv6 = 0x86DD;

    /// <summary>Whether packets of this link layer can be read at all.</summary>
    public static bool IsKnown(LinkType link) => Enum.IsDefined(link);

    /// <summary>Finds the IP packet; empty if there is none.</summary>
    public static ReadOnlySpan<byte> ToIp(LinkType link, ReadOnlySpan<byte> packet) => link switch
    {
        LinkType.Ethernet => OfEthernet(packet),
        LinkType.LinuxCooked => packet.Length >= CookedHeader ? OfType(packet[14..], packet[CookedHeader..]) : [],
        LinkType.LinuxCooked2 => packet.Length >= Cooked2Header ? OfType(packet, packet[Cooked2Header..]) : [],

        // An address family in the byte order of a machine nobody names; the IP version says the same.
        LinkType.Null or LinkType.Loop => packet.Length >= 4 ? packet[4..] : [],
        _ => packet,
    };

    private static ReadOnlySpan<byte> OfEthernet(ReadOnlySpan<byte> packet)
    {
        var offset = EthernetHeader;
        while (packet.Length >= offset)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(packet[(offset - 2)..]) is not (0x8100 or 0x88A8))
            {
                return OfType(packet[(offset - 2)..], packet[offset..]);
            }

            offset += VlanTag;
        }

        return [];
    }

    private static ReadOnlySpan<byte> OfType(ReadOnlySpan<byte> type, ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt16BigEndian(type) is EtherIPv4 or EtherIPv6 ? packet : [];
}
