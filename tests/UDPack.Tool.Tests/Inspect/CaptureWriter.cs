using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>Writes capture files.</summary>
internal static class CaptureWriter
{
    /// <summary>When the first packet of each file was captured; each later one a millisecond after.</summary>
    public static readonly DateTime Start = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    /// <summary>A classic pcap file of packets with their link layer.</summary>
    public static byte[] Pcap(int link, IEnumerable<byte[]> packets, bool bigEndian = false, bool nanos = false, int snap = int.MaxValue)
    {
        using var file = new MemoryStream();
        Write32(file, nanos ? 0xA1B23C4D : 0xA1B2C3D4, bigEndian);
        Write16(file, 2, bigEndian);
        Write16(file, 4, bigEndian);
        foreach (var value in (uint[])[0, 0, 262_144, (uint)link])
        {
            Write32(file, value, bigEndian);
        }

        var time = Start;
        foreach (var packet in packets)
        {
            var captured = Math.Min(snap, packet.Length);
            Write32(file, (uint)(time - DateTime.UnixEpoch).TotalSeconds, bigEndian);
            Write32(file, (uint)(time.Ticks % TimeSpan.TicksPerSecond) * (nanos ? 100u : 1u) / (nanos ? 1u : 10u), bigEndian);
            Write32(file, (uint)captured, bigEndian);
            Write32(file, (uint)packet.Length, bigEndian);
            file.Write(packet, 0, captured);
            time = time.AddMilliseconds(1);
        }

        return file.ToArray();
    }

    /// <summary>A pcapng file: one section, one interface, enhanced packet blocks, and a block that nobody knows.</summary>
    public static byte[] PcapNg(int link, IEnumerable<byte[]> packets, bool bigEndian = false)
    {
        using var file = new MemoryStream();
        Block(file, 0x0A0D0D0A, bigEndian, body =>
        {
            Write32(body, 0x1A2B3C4D, bigEndian);
            Write16(body, 1, bigEndian);
            Write16(body, 0, bigEndian);
            Write32(body, uint.MaxValue, bigEndian);
            Write32(body, uint.MaxValue, bigEndian);
        });
        Block(file, 1, bigEndian, body =>
        {
            Write16(body, (ushort)link, bigEndian);
            Write16(body, 0, bigEndian);
            Write32(body, 0, bigEndian);

            // if_tsresol: nanoseconds.
            Write16(body, 9, bigEndian);
            Write16(body, 1, bigEndian);
            body.Write([9, 0, 0, 0]);
            Write32(body, 0, bigEndian);
        });
        Block(file, 0x0BAD, bigEndian, body => body.Write("unknown!"u8));
        var time = Start;
        foreach (var packet in packets)
        {
            var nanos = (ulong)(time - DateTime.UnixEpoch).Ticks * 100;
            Block(file, 6, bigEndian, body =>
            {
                Write32(body, 0, bigEndian);
                Write32(body, (uint)(nanos >> 32), bigEndian);
                Write32(body, (uint)nanos, bigEndian);
                Write32(body, (uint)packet.Length, bigEndian);
                Write32(body, (uint)packet.Length, bigEndian);
                body.Write(packet);
            });
            time = time.AddMilliseconds(1);
        }

        return file.ToArray();
    }

    public static byte[] Pcap(IEnumerable<RecordedDatagram> datagrams) => Pcap(101, datagrams.Select(static datagram => Ip(datagram)));

    /// <summary>IP and UDP in front of a datagram.</summary>
    public static byte[] Ip(RecordedDatagram datagram)
    {
        var udp = new byte[8 + datagram.Bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)datagram.From.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)datagram.To.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        datagram.Bytes.CopyTo(udp, 8);
        return datagram.From.AddressFamily == AddressFamily.InterNetwork
            ? IPv4(datagram.From.Address, datagram.To.Address, udp)
            : IPv6(datagram.From.Address, datagram.To.Address, 17, udp);
    }

    public static byte[] IPv4(IPAddress from, IPAddress to, byte[] content, ushort fragment = 0)
    {
        var packet = new byte[20 + content.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), fragment);
        packet[8] = 64;
        packet[9] = 17;
        from.GetAddressBytes().CopyTo(packet, 12);
        to.GetAddressBytes().CopyTo(packet, 16);
        var sum = 0;
        for (var i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        content.CopyTo(packet, 20);
        return packet;
    }

    public static byte[] IPv6(IPAddress from, IPAddress to, byte next, byte[] content)
    {
        var packet = new byte[40 + content.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)content.Length);
        packet[6] = next;
        packet[7] = 64;
        from.GetAddressBytes().CopyTo(packet, 8);
        to.GetAddressBytes().CopyTo(packet, 24);
        content.CopyTo(packet, 40);
        return packet;
    }

    private static void Block(MemoryStream file, uint type, bool bigEndian, Action<MemoryStream> write)
    {
        using var body = new MemoryStream();
        write(body);
        var padding = -(int)body.Length & 3;
        var length = (uint)(12 + body.Length + padding);
        Write32(file, type, bigEndian);
        Write32(file, length, bigEndian);
        body.WriteTo(file);
        file.Write(new byte[padding]);
        Write32(file, length, bigEndian);
    }

    private static void Write32(MemoryStream file, uint value, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        file.Write(bytes);
    }

    private static void Write16(MemoryStream file, ushort value, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        file.Write(bytes);
    }
}
