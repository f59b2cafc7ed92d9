using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class LossFloorTests
{
    private LossFloor _floor;

    [Fact]
    public void A_path_without_losses_of_its_own_is_held_to_two_per_cent() => Assert.Equal(2, _floor.Tolerated(100));

    [Fact]
    public void What_is_lost_while_nothing_presses_is_the_paths_own()
    {
        for (var i = 0; i < 20; i++)
        {
            _floor.OnRound(5, 100, isQuiet: true);
        }

        Assert.Equal(0.05, _floor.Share, 3);

        // 5 % and 2 %, and three times the square root of the five to be expected.
        Assert.Equal(7 + (3 * Math.Sqrt(5)), _floor.Tolerated(100), 2);
    }

    [Fact]
    public void Losses_under_pressure_raise_it_never_and_few_losses_lower_it()
    {
        _floor.OnRound(50, 1000, isQuiet: true);
        _floor.OnRound(500, 1000, isQuiet: false);
        Assert.Equal(0.05, _floor.Share, 3);
        for (var i = 0; i < 10; i++)
        {
            _floor.OnRound(0, 1000, isQuiet: false);
        }

        Assert.InRange(_floor.Share, 0, 0.002);
    }

    [Fact]
    public void More_than_a_tenth_is_never_the_paths_own()
    {
        _floor.OnRound(500, 1000, isQuiet: true);
        Assert.Equal(0.1, _floor.Share);
    }
}
