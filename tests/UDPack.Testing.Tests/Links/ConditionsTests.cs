namespace UDPack.Testing.Tests.Links;

public sealed class ConditionsTests
{
    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_probability_is_0_to_1(double value)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Loss = value });
        Assert.Contains("Loss must be 0 to 1", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Duplicate = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Corrupt = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GilbertElliott(value, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GilbertElliott(0, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GilbertElliott(0, 0, value));
    }

    [Fact]
    public void Times_are_not_negative_and_sizes_are_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Delay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Jitter = TimeSpan.FromDays(2) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { QueueDelay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { BitsPerSecond = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { QueueBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkConditions { Mtu = 0 });
    }

    [Fact]
    public void Presets_can_be_varied()
    {
        var conditions = LinkConditions.Mobile4G with { Loss = 0.5 };
        Assert.Equal(LinkConditions.Mobile4G.Delay, conditions.Delay);
        Assert.NotEqual(LinkConditions.Mobile4G, conditions);
    }

    [Fact]
    public void A_datagram_longer_than_udp_allows_is_the_callers_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedLink(new LinkConditions(), 1).Send(0, 65_536));
}
