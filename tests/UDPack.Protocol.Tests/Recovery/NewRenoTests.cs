using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>RFC 9002 §7.</summary>
public sealed class NewRenoTests
{
    private readonly NewReno _reno = new(1200);

    [Fact]
    public void It_starts_with_ten_datagrams() => Assert.Equal(12_000, _reno.Window);

    [Fact]
    public void In_slow_start_it_grows_by_what_was_acknowledged()
    {
        _reno.OnAcknowledged(0, 3600, 0, mayGrow: true);
        Assert.Equal(15_600, _reno.Window);
    }

    [Fact]
    public void While_the_window_is_not_used_or_the_peer_is_slow_it_does_not_grow()
    {
        _reno.OnAcknowledged(0, 3600, 0, mayGrow: false);
        Assert.Equal(12_000, _reno.Window);
    }

    [Fact]
    public void A_loss_halves_it_once_per_round_trip()
    {
        _reno.OnLost(1000, 500, persistent: false);
        Assert.Equal(6_000, _reno.Window);
        _reno.OnLost(1100, 900, persistent: false);
        Assert.Equal(6_000, _reno.Window);
        _reno.OnLost(1200, 1100, persistent: false);
        Assert.Equal(3_000, _reno.Window);
        _reno.OnLost(1300, 1250, persistent: false);
        Assert.Equal(2_400, _reno.Window);
    }

    [Fact]
    public void After_a_loss_it_grows_by_one_datagram_per_window()
    {
        _reno.OnLost(1000, 500, persistent: false);
        _reno.OnAcknowledged(1200, 6_000, 900, mayGrow: true);
        Assert.Equal(6_000, _reno.Window);
        _reno.OnAcknowledged(1300, 3_000, 1100, mayGrow: true);
        Assert.Equal(6_000, _reno.Window);
        _reno.OnAcknowledged(1400, 3_000, 1100, mayGrow: true);
        Assert.Equal(7_200, _reno.Window);
    }

    [Fact]
    public void Persistent_congestion_brings_it_to_the_minimum()
    {
        _reno.OnLost(1000, 500, persistent: true);
        Assert.Equal(2_400, _reno.Window);
    }
}
