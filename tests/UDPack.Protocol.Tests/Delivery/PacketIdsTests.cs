using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Delivery;

public sealed class PacketIdsTests
{
    [Theory]
    [InlineData(1u, 1L, 1L)]
    [InlineData(0u, 1L, 0L)]
    [InlineData(0xFFFF_FFFFu, 1L, -1L)]
    [InlineData(0u, 0xFFFF_FFFFL, 0x1_0000_0000L)]
    [InlineData(5u, 0xFFFF_FFF0L, 0x1_0000_0005L)]
    [InlineData(0xFFFF_FFF0u, 0x1_0000_0005L, 0xFFFF_FFF0L)]
    [InlineData(0xFFFF_FFFFu, 0x7_0000_0001L, 0x6_FFFF_FFFFL)]
    public void An_id_is_read_relative_to_the_expected_one_across_the_wrap(uint id, long expected, long number) =>
        Assert.Equal(number, PacketIds.Expand(id, expected));

    [Fact]
    public void Any_number_near_the_expected_one_survives_its_32_bits()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var expected = 1 + random.NextInt64(1L << 40);
            var number = Math.Max(0, expected + random.Next(-1_000_000, 1_000_000));
            Assert.Equal(number, PacketIds.Expand((uint)number, expected));
        }
    }
}
