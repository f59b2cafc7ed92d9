using CsCheck;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class FrameHeaderTests
{
    [Fact]
    public void Fields_stand_at_the_offsets_of_the_wire_document()
    {
        var header = new FrameHeader(
            0x11223344, 0x0102030405060708, FrameFlags.Stream | FrameFlags.Packet, Opcode.CloseStream, 0xABCD);
        var bytes = new byte[FrameHeader.Size];

        header.Write(bytes);

        Assert.Equal("112233440102030405060708c009abcd", Convert.ToHexStringLower(bytes));
        Assert.Equal(0x1122, header.ClientId);
        Assert.Equal(0x3344, header.ServerId);
        Assert.Equal(8, header.IdsSize);
        Assert.Equal(24 + 0xABCD, header.FrameSize);
    }

    [Fact]
    public void A_written_header_reads_back() =>
        Gen.Select(Gen.UInt, Gen.ULong, Gen.UShort).Sample((id, timestamp, length) =>
        {
            var header = new FrameHeader(id, timestamp, FrameFlags.Packet, Opcode.Data, length);
            Span<byte> bytes = stackalloc byte[FrameHeader.Size];
            header.Write(bytes);
            return FrameHeader.TryRead(bytes, out var read, out _) && read == header;
        });

    [Fact]
    public void Less_than_16_bytes_is_truncated()
    {
        for (var length = 0; length < FrameHeader.Size; length++)
        {
            Assert.False(FrameHeader.TryRead(new byte[length], out _, out var reason));
            Assert.Equal(DropReason.Truncated, reason);
        }
    }

    [Fact]
    public void An_unknown_opcode_still_tells_its_size()
    {
        var bytes = Convert.FromHexString("0001000200000000000000006 00f0005".Replace(" ", "", StringComparison.Ordinal));

        Assert.False(FrameHeader.TryRead(bytes, out var header, out var reason));
        Assert.Equal(DropReason.UnknownOpcode, reason);
        Assert.Equal(16 + 8 + 5, header.FrameSize);
        Assert.Equal(0x00010002u, header.SessionId);
    }
}
