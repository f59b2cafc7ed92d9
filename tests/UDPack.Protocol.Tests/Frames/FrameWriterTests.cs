using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class FrameWriterTests
{
    [Fact]
    public void Ids_stand_in_the_order_stream_packet_fragment()
    {
        var bytes = new byte[30];

        var size = FrameWriter.Write(
            bytes, 0x00010002, 3, FrameFlags.Stream | FrameFlags.Packet | FrameFlags.Fragment, Opcode.Data, 0xA1, 0xA2, 0xA3, [0xEE, 0xFF]);

        Assert.Equal(30, size);
        Assert.Equal("000100020000000000000003e0000002000000a1000000a2000000a3eeff", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Ids_whose_flag_is_not_set_take_no_room()
    {
        var bytes = new byte[20];

        Assert.Equal(20, FrameWriter.Write(bytes, 0x00010002, 0, FrameFlags.Packet, Opcode.Data, 0xA1, 0xA2, 0xA3, []));
        Assert.Equal("0001000200000000000000004000000000" + "0000a2", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void A_payload_written_in_place_gets_its_length_afterwards()
    {
        var bytes = new byte[32];
        var offset = FrameWriter.WritePrefix(bytes, 1, 2, FrameFlags.Stream, Opcode.Ack, 3, 0, 0);
        bytes[offset] = 0x25;
        FrameWriter.PatchPayloadLength(bytes, 1);

        var whole = new byte[32];
        FrameWriter.Write(whole, 1, 2, FrameFlags.Stream, Opcode.Ack, 3, 0, 0, [0x25]);

        Assert.Equal(whole, bytes);
    }

    [Fact]
    public void A_frame_that_does_not_fit_is_a_programming_error_and_writes_nothing()
    {
        var bytes = new byte[20];

        Assert.ThrowsAny<ArgumentException>(() => FrameWriter.Write(bytes, 1, 2, FrameFlags.Packet, Opcode.Data, 0, 1, 0, [1]));
        Assert.All(bytes, b => Assert.Equal(0, b));
    }
}
