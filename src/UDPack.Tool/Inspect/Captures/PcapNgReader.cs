using System.Buffers.Binary;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>The capture format of Wireshark (draft-ietf-opsawg-pcapng): blocks in sections, each section with its byte order.</summary>
internal sealed class PcapNgReader(Stream stream, CaptureReport report)
{
    public const uint SectionHeader = 0x0A0D0D0A;

    private const uint InterfaceDescription = 1;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const uint ByteOrderMagicSwapped = 0x4D3C2B1A;
    private const int BlockFrame = 12;
    private const int MaxBlockBytes = 16 << 20;
    private const int MaxInterfaces = 65_536;

    private readonly List<CaptureInterface> _interfaces = [];
    private bool _isLittleEndian;

    /// <summary>Reads what follows the first block's type, which is a section header's.</summary>
    public IEnumerable<CapturedDatagram> Read()
    {
        var type = SectionHeader;
        while (TryReadBlock(type, out var body))
        {
            if (type == SectionHeader)
            {
                _interfaces.Clear();
            }
            else if (ReadBody(type, body) is { } datagram)
            {
                yield return datagram;
            }

            var next = new byte[4];
            var read = stream.ReadAtLeast(next, 4, throwOnEndOfStream: false);
            if (read is > 0 and < 4)
            {
                report.Problem = CutShort();
            }

            if (read < 4 || report.Problem is not null)
            {
                yield break;
            }

            type = BinaryPrimitives.ReadUInt32BigEndian(next) == SectionHeader ? SectionHeader : UInt32(next, 0);
        }
    }

    /// <summary>Reads a block's length and body, and the length again behind it.</summary>
    private bool TryReadBlock(uint type, out byte[] body)
    {
        body = [];
        var prefix = CaptureFile.TryReadBytes(stream, type == SectionHeader ? 8 : 4);
        if (prefix is null)
        {
            report.Problem = CutShort();
            return false;
        }

        if (type == SectionHeader)
        {
            var magic = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(4));
            if (magic is not (ByteOrderMagic or ByteOrderMagicSwapped))
            {
                report.Problem = "a section has no byte order: the file is damaged";
                return false;
            }

            _isLittleEndian = magic == ByteOrderMagicSwapped;
        }

        var length = UInt32(prefix, 0);
        var taken = 4 + prefix.Length;
        if (length < BlockFrame + (prefix.Length - 4) || length % 4 != 0 || length > MaxBlockBytes)
        {
            report.Problem = $"a block after packet {report.Packets} claims {length:N0} bytes: the file is damaged";
            return false;
        }

        if (CaptureFile.TryReadBytes(stream, (int)length - taken) is not { } rest)
        {
            report.Problem = CutShort();
            return false;
        }

        body = rest[..^4];
        return true;
    }

    private CapturedDatagram? ReadBody(uint type, byte[] body)
    {
        switch (type)
        {
            case InterfaceDescription when body.Length >= 8 && _interfaces.Count < MaxInterfaces:
                _interfaces.Add(ReadInterface(body));
                return null;
            case EnhancedPacket when body.Length >= 20:
                return ReadPacket(UInt32(body, 0), Time64(body, 4), UInt32(body, 12), body.AsSpan(20));
            case ObsoletePacket when body.Length >= 20:
                return ReadPacket(UInt16(body, 0), Time64(body, 4), UInt32(body, 12), body.AsSpan(20));
            case SimplePacket when body.Length >= 4:
                return ReadPacket(0, null, Math.Min(UInt32(body, 0), (uint)body.Length - 4), body.AsSpan(4));
            case InterfaceDescription or EnhancedPacket or ObsoletePacket or SimplePacket:
                report.Problem = $"a block after packet {report.Packets} is too short: the file is damaged";
                return null;
            default:
                return null;
        }
    }

    private CapturedDatagram? ReadPacket(uint interfaceId, ulong? time, uint captured, ReadOnlySpan<byte> data)
    {
        report.Packets++;
        if (interfaceId >= _interfaces.Count || captured > data.Length)
        {
            report.Problem = $"packet {report.Packets} does not fit its interface or its block: the file is damaged";
            return null;
        }

        var from = _interfaces[(int)interfaceId];
        return CaptureFile.ToDatagram(from.Link, from.ToTime(time), data[..(int)captured], report);
    }

    private CaptureInterface ReadInterface(byte[] body)
    {
        var link = (LinkType)UInt16(body, 0);
        byte resolution = 6;
        long offset = 0;
        for (var at = 8; at + 4 <= body.Length;)
        {
            var code = UInt16(body, at);
            var length = UInt16(body, at + 2);
            at += 4;
            if (code == 0 || at + length > body.Length)
            {
                break;
            }

            resolution = code == 9 && length == 1 ? body[at] : resolution;
            offset = code == 14 && length == 8
                ? _isLittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(at)) : BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(at))
                : offset;
            at += (length + 3) & ~3;
        }

        return new CaptureInterface(link, resolution, offset);
    }

    private ulong Time64(byte[] body, int offset) => ((ulong)UInt32(body, offset) << 32) | UInt32(body, offset + 4);

    private string CutShort() => $"the file is cut short after packet {report.Packets}";

    private uint UInt32(byte[] bytes, int offset) => _isLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));

    private ushort UInt16(byte[] bytes, int offset) => _isLittleEndian
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset));
}
