using UDPack.Protocol.Congestion;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class ControllersTests
{
    [Fact]
    public void Every_algorithm_has_a_controller_of_its_own_that_lets_something_leave()
    {
        var controllers = Enum.GetValues<CongestionAlgorithm>().Select(static algorithm => Controllers.Create(algorithm, 1200)).ToArray();
        Assert.Equal(controllers.Length, controllers.Select(static controller => controller.GetType()).Distinct().Count());
        Assert.All(controllers, static controller => Assert.True(controller.Window >= 2 * 1200));
    }

    [Fact]
    public void Another_value_is_refused_with_those_there_are()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(static () => Controllers.Create((CongestionAlgorithm)9, 1200));
        Assert.StartsWith("There is no such congestion control. There are: Cubic, Bbr.", exception.Message, StringComparison.Ordinal);
    }
}
