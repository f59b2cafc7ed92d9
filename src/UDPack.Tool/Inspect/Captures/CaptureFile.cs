using System.Buffers.Binary;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>Reads datagrams of a capture file, whichever format it has: told by its first bytes.</summary>
internal static class CaptureFile
{
    /// <summary>More than any packet has; a larger one is a broken file.</summary>
    public const int MaxPacketBytes = 1 << 20;

    /// <summary>
    /// The datagrams in the order of the file. Never throws for what the file contains: what cannot be read is counted or named in the
    /// report, which is complete when the enumeration ends.
    /// </summary>
    public static IEnumerable<CapturedDatagram> Read(Stream stream, CaptureReport report)
    {
        var magic = new byte[4];
        var length = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (length == magic.Length)
        {
            switch (BinaryPrimitives.ReadUInt32BigEndian(magic))
            {
                case PcapReader.Micros or PcapReader.Nanos or PcapReader.MicrosSwapped or PcapReader.NanosSwapped:
                    return new PcapReader(stream, BinaryPrimitives.ReadUInt32BigEndian(magic), report).Read();
                case PcapNgReader.SectionHeader:
                    return new PcapNgReader(stream, report).Read();
                default:
                    break;
            }
        }

        return new HexReader(magic[..length], stream, report).Read();
    }

    /// <summary>Reads so many bytes; null if the stream ends before.</summary>
    public static byte[]? TryReadBytes(Stream stream, int count)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : null;
    }

    public static CapturedDatagram? ToDatagram(LinkType link, DateTime? time, ReadOnlySpan<byte> packet, CaptureReport report)
    {
        if (!LinkLayer.IsKnown(link))
        {
            report.UnknownLink++;
            return null;
        }

        return IpPacket.Read(report.Packets, time, LinkLayer.ToIp(link, packet), report);
    }
}
