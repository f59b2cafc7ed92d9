using CsCheck;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class FrameReaderTests
{
    private const uint Session = 0x00010002;

    [Fact]
    public void Frames_read_back_in_order_with_their_ids_and_payloads()
    {
        var datagram = new byte[200];
        var length = Put(datagram, 0, FrameFlags.Packet | FrameFlags.Stream | FrameFlags.Fragment | FrameFlags.Fin, Opcode.Data, "0102");
        length = Put(datagram, length, FrameFlags.None, Opcode.Ping, "");
        length = Put(datagram, length, FrameFlags.Stream, Opcode.OpenStream, "01");

        var reader = Open(datagram.AsSpan(0, length + 7));

        Assert.True(reader.IsWellFormed());
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var data));
        Assert.Equal((2u, 3u, 4u), (data.StreamId, data.PacketId, data.FragmentId));
        Assert.True(data is { HasStream: true, HasPacket: true, HasFragment: true, IsFin: true, IsSlow: false });
        Assert.Equal("0102", Convert.ToHexString(data.Payload));
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var ping));
        Assert.Equal(Opcode.Ping, ping.Opcode);
        Assert.True(ping.Payload.IsEmpty);
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var open));
        Assert.Equal((Opcode.OpenStream, 2u, 0u), (open.Opcode, open.StreamId, open.PacketId));
        Assert.Equal(FrameReadResult.End, reader.TryRead(out _));
        Assert.Equal(FrameReadResult.End, reader.TryRead(out _));
    }

    [Fact]
    public void A_confirmation_may_carry_no_frame_or_many()
    {
        var empty = FrameReader.AfterHandshake(Session, []);
        Assert.Equal(FrameReadResult.End, empty.TryRead(out _));

        var opened = new byte[64];
        var length = Put(opened, 0, FrameFlags.Packet, Opcode.Data, "aa");
        length = Put(opened, length, FrameFlags.None, Opcode.Ping, "");
        var reader = FrameReader.AfterHandshake(Session, opened.AsSpan(0, length));
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var data));
        Assert.Equal(3u, data.PacketId);
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out _));
        Assert.Equal(FrameReadResult.End, reader.TryRead(out _));
    }

    [Fact]
    public void Unknown_opcodes_are_stepped_over_with_their_ids_and_payload()
    {
        var datagram = new byte[120];
        var length = Put(datagram, 0, FrameFlags.None, Opcode.Ping, "");
        length = Put(datagram, length, FrameFlags.Packet | FrameFlags.Slow, (Opcode)0xF, "010203");
        length = Put(datagram, length, FrameFlags.None, (Opcode)0xF, "");
        length = Put(datagram, length, FrameFlags.None, Opcode.Pong, "");

        var reader = Open(datagram.AsSpan(0, length));
        reader.TryRead(out _);

        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var pong));
        Assert.Equal(Opcode.Pong, pong.Opcode);
        Assert.Equal(FrameReadResult.End, reader.TryRead(out _));
    }

    [Theory]
    [InlineData("0001")]
    [InlineData("000100020000000000000000000500")]
    [InlineData("00010002000000000000000000050001")]
    [InlineData("00010002000000000000000040000000000000")]
    [InlineData("00010002000000000000000004050000")]
    [InlineData("00010002000000000000000000150000")]
    [InlineData("00010002000000000000000080050000")]
    [InlineData("00010003000000000000000000050000")]
    [InlineData("000100020000000000000000000a0000")]
    [InlineData("000100020000000000000000000b0000")]
    [InlineData("000100020000000000000000000d0000")]
    [InlineData("000100020000000000000000000e0001")]
    [InlineData("000100030000000000000000000e0000")]
    [InlineData("000100020000000000000000040e0000")]
    [InlineData("01")]
    [InlineData("000001")]
    [InlineData("0000000000000000000000000000000000000000000000000001")]
    public void A_bad_frame_after_a_good_one_is_malformed_and_stays_so(string hex)
    {
        var first = new FrameHeader(Session, 0, FrameFlags.None, Opcode.Ping, 0);
        var reader = new FrameReader(first, Convert.FromHexString(hex));

        Assert.False(reader.IsWellFormed());
        Assert.Equal(FrameReadResult.Frame, reader.TryRead(out _));
        Assert.Equal(FrameReadResult.Malformed, reader.TryRead(out _));
        Assert.Equal(FrameReadResult.Malformed, reader.TryRead(out _));
    }

    [Theory]
    [InlineData(0x0A, 0)]
    [InlineData(0x0B, 0)]
    [InlineData(0x0D, 0)]
    [InlineData(0x05, 1)]
    public void A_bad_first_frame_is_malformed(byte opcode, ushort payloadLength)
    {
        var reader = new FrameReader(new FrameHeader(Session, 0, FrameFlags.None, (Opcode)opcode, payloadLength), []);

        Assert.Equal(FrameReadResult.Malformed, reader.TryRead(out _));
    }

    [Fact]
    public void Padding_of_any_length_ends_the_datagram_if_all_of_it_is_zero()
    {
        var first = new FrameHeader(Session, 0, FrameFlags.None, Opcode.Ping, 0);
        for (var length = 0; length < 70; length++)
        {
            var padding = new byte[length];
            Assert.True(new FrameReader(first, padding).IsWellFormed());
            for (var i = 2; i < length; i++)
            {
                padding[i] = 1;
                Assert.False(new FrameReader(first, padding).IsWellFormed());
                padding[i] = 0;
            }
        }
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_loop()
    {
        var random = new Random(1);
        var bytes = new byte[96];
        for (var i = 0; i < 200_000; i++)
        {
            random.NextBytes(bytes);
            if ((i & 1) == 0)
            {
                // Half of them get past the first checks.
                Put(bytes, 0, FrameFlags.None, Opcode.Ping, "");
                bytes[13] = (byte)random.Next(16);
                bytes[15] = (byte)random.Next(8);
                bytes[14] = 0;
            }

            var reader = FrameReader.AfterHandshake(Session, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            for (var frames = 0; reader.TryRead(out _) == FrameReadResult.Frame; frames++)
            {
                Assert.True(frames < 7);
            }
        }
    }

    [Fact]
    public void Any_list_of_valid_frames_reads_back()
    {
        var kinds = (from opcode in Enumerable.Range(0, 10)
                     from flags in Enumerable.Range(0, 256)
                     where FrameRules.Allows((Opcode)opcode, (FrameFlags)flags)
                     select ((byte)opcode, (byte)flags)).ToArray();
        Gen.Select(Gen.Int[0, kinds.Length - 1].Select(i => kinds[i]), Gen.UInt[0, uint.MaxValue - 2], Gen.Byte.Array[0, 40]).List[1, 12].Sample(frames =>
        {
            var datagram = new byte[1200];
            var length = 0;
            foreach (var ((opcode, flags), id, payload) in frames)
            {
                var size = FrameWriter.Write(
                    datagram.AsSpan(length), Session, 7, (FrameFlags)flags, (Opcode)opcode, id, id + 1, id + 2, payload);
                Assert.Equal(FrameWriter.Size((FrameFlags)flags, payload.Length), size);
                length += size;
            }

            var reader = Open(datagram.AsSpan(0, length));
            foreach (var ((opcode, flags), id, payload) in frames)
            {
                Assert.Equal(FrameReadResult.Frame, reader.TryRead(out var read));
                Assert.Equal(((Opcode)opcode, (FrameFlags)flags, 7UL), (read.Opcode, read.Flags, read.Header.Timestamp));
                Assert.Equal(read.HasStream ? id : 0, read.StreamId);
                Assert.Equal(read.HasPacket ? id + 1 : 0, read.PacketId);
                Assert.Equal(read.HasFragment ? id + 2 : 0, read.FragmentId);
                Assert.True(read.Payload.SequenceEqual(payload));
            }

            Assert.Equal(FrameReadResult.End, reader.TryRead(out _));
        });
    }

    private static FrameReader Open(ReadOnlySpan<byte> datagram)
    {
        Assert.True(FrameHeader.TryRead(datagram, out var header, out _));
        return new FrameReader(header, datagram[FrameHeader.Size..]);
    }

    private static int Put(Span<byte> datagram, int at, FrameFlags flags, Opcode opcode, string payload) =>
        at + FrameWriter.Write(datagram[at..], Session, 0, flags, opcode, 2, 3, 4, Convert.FromHexString(payload));
}
