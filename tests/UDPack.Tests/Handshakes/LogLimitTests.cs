using Microsoft.Extensions.Time.Testing;
using UDPack.Handshakes;

namespace UDPack.Tests.Handshakes;

public class LogLimitTests
{
    [Fact]
    public void Ten_lines_pass_each_second()
    {
        var time = new FakeTimeProvider();
        var limit = new LogLimit(time);

        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => limit.Allows()));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => limit.Allows()));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(10, Enumerable.Range(0, 100).AsParallel().Count(_ => limit.Allows()));
    }
}
