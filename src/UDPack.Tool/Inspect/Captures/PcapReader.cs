using System.Buffers.Binary;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>The classic capture format of libpcap (draft-ietf-opsawg-pcap).</summary>
internal sealed class PcapReader(Stream stream, uint magic, CaptureReport report)
{
    public const uint Micros = 0xA1B2C3D4;
    public const uint Nanos = 0xA1B23C4D;
    public const uint MicrosSwapped = 0xD4C3B2A1;
    public const uint NanosSwapped = 0x4D3CB2A1;

    private const int RestOfHeader = 20;
    private const int RecordHeader = 16;

    private readonly bool _isLittleEndian = magic is MicrosSwapped or NanosSwapped;
    private readonly long _ticksDivisor = magic is Nanos or NanosSwapped ? 100 : 1;
    private readonly long _ticksFactor = magic is Nanos or NanosSwapped ? 1 : 10;

    /// <summary>Reads what follows the magic number.</summary>
    public IEnumerable<CapturedDatagram> Read()
    {
        if (CaptureFile.TryReadBytes(stream, RestOfHeader) is not { } header)
        {
            report.Problem = "the file is cut short in its header";
            yield break;
        }

        // The upper bits tell about a frame check sequence, which the lengths of IP and UDP leave out.
        var link = (LinkType)(UInt32(header, 16) & 0x0FFF_FFFF);
        while (true)
        {
            var record = new byte[RecordHeader];
            var read = stream.ReadAtLeast(record, RecordHeader, throwOnEndOfStream: false);
            if (read == 0)
            {
                yield break;
            }

            var length = read == RecordHeader ? UInt32(record, 8) : 0;
            if (length > CaptureFile.MaxPacketBytes)
            {
                report.Problem = $"packet {report.Packets + 1} claims {length:N0} bytes: the file is damaged";
                yield break;
            }

            if (read < RecordHeader || CaptureFile.TryReadBytes(stream, (int)length) is not { } packet)
            {
                report.Problem = $"the file is cut short in packet {report.Packets + 1}";
                yield break;
            }

            report.Packets++;
            var time = DateTime.UnixEpoch.AddSeconds(UInt32(record, 0)).AddTicks(UInt32(record, 4) * _ticksFactor / _ticksDivisor);
            if (CaptureFile.ToDatagram(link, time, packet, report) is { } datagram)
            {
                yield return datagram;
            }
        }
    }

    private uint UInt32(byte[] bytes, int offset) => _isLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));
}
