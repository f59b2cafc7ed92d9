namespace UDPack.Testing.Tests.Pairs;

public sealed class TestPacketTests
{
    [Fact]
    public void A_packet_has_its_bytes_until_it_is_disposed()
    {
        var packet = TestPacket.Create("abc"u8, 7);
        Assert.Equal("abc"u8.ToArray(), packet.Span.ToArray());
        Assert.Equal((3, 7L, false, false), (packet.Length, packet.Number, packet.IsEnd, packet.IsSkipped));
        var kept = packet.Memory;
        var copy = packet;

        packet.Dispose();
        copy.Dispose();

        Assert.Throws<ObjectDisposedException>(() => copy.Length);
        using var next = TestPacket.Create("def"u8);
        Assert.Equal([0xDD, 0xDD, 0xDD], kept.ToArray());
    }

    [Fact]
    public void Notes_are_empty()
    {
        Assert.True(TestPacket.End.IsEnd);
        Assert.Equal((0, 0L, true), (TestPacket.End.Length, TestPacket.End.Number, TestPacket.End.Span.IsEmpty));
        Assert.True(TestPacket.Skipped(3).IsSkipped);
        Assert.Equal((0, 3L), (TestPacket.Skipped(3).Length, TestPacket.Skipped(3).Number));
        Assert.Throws<ArgumentOutOfRangeException>(() => TestPacket.Skipped(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TestPacket.Create([], -1));
    }
}
