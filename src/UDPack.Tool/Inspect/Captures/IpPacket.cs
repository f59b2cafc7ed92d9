using System.Buffers.Binary;
using System.Net;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>Takes IP and UDP off a packet.</summary>
internal static class IpPacket
{
    private const int Udp = 17;
    private const int UdpHeader = 8;
    private const int IPv4Header = 20;
    private const int IPv6Header = 40;
    private const int IPv6Fragment = 44;

    /// <summary>Reads a datagram; null if the packet has none, counted in the report.</summary>
    public static CapturedDatagram? Read(long number, DateTime? time, ReadOnlySpan<byte> packet, CaptureReport report)
    {
        var datagram = packet.IsEmpty ? null : (packet[0] >> 4) switch
        {
            4 => ReadIPv4(packet, report),
            6 => ReadIPv6(packet, report),
            _ => null,
        };
        if (datagram is null)
        {
            report.NotUdp++;
        }

        return datagram is { Length: > 0 } ? datagram with { Number = number, Time = time } : null;
    }

    private static CapturedDatagram? ReadIPv4(ReadOnlySpan<byte> packet, CaptureReport report)
    {
        var header = (packet[0] & 0x0F) * 4;
        if (header < IPv4Header || packet.Length < header || packet[9] != Udp)
        {
            return null;
        }

        // The bit "more fragments", or an offset.
        if ((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0)
        {
            return Fragment(report);
        }

        return ReadUdp(packet[header..], new IPAddress(packet.Slice(12, 4)), new IPAddress(packet.Slice(16, 4)));
    }

    private static CapturedDatagram? ReadIPv6(ReadOnlySpan<byte> packet, CaptureReport report)
    {
        if (packet.Length < IPv6Header)
        {
            return null;
        }

        var next = (int)packet[6];
        var rest = packet[IPv6Header..];
        while (next is 0 or 43 or 60 or IPv6Fragment or 51)
        {
            if (rest.Length < 8)
            {
                return null;
            }

            if (next == IPv6Fragment && (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) & 0xFFF9) != 0)
            {
                return Fragment(report);
            }

            var length = next switch
            {
                IPv6Fragment => 8,
                51 => (rest[1] + 2) * 4,
                _ => (rest[1] + 1) * 8,
            };
            next = rest[0];
            rest = rest.Length >= length ? rest[length..] : [];
        }

        return next == Udp ? ReadUdp(rest, new IPAddress(packet.Slice(8, 16)), new IPAddress(packet.Slice(24, 16))) : null;
    }

    private static CapturedDatagram? ReadUdp(ReadOnlySpan<byte> udp, IPAddress source, IPAddress destination)
    {
        if (udp.Length < UdpHeader)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]) - UdpHeader;
        if (length < 0)
        {
            return null;
        }

        var payload = udp[UdpHeader..];
        return new CapturedDatagram(
            0,
            null,
            new IPEndPoint(source, BinaryPrimitives.ReadUInt16BigEndian(udp)),
            new IPEndPoint(destination, BinaryPrimitives.ReadUInt16BigEndian(udp[2..])),
            payload[..Math.Min(length, payload.Length)].ToArray(),
            length);
    }

    /// <summary>Not a datagram, and not to be counted as something else either.</summary>
    private static CapturedDatagram Fragment(CaptureReport report)
    {
        report.Fragments++;
        return new CapturedDatagram(0, null, null, null, [], 0);
    }
}
