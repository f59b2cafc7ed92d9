namespace UDPack.Analyzers.Tests;

public class RealDelayTests
{
    [Theory]
    [InlineData("await [|Task.Delay(100, token)|];")]
    [InlineData("await [|Task.Delay(TimeSpan.FromSeconds(1))|];")]
    [InlineData("using var source = [|new CancellationTokenSource(TimeSpan.FromSeconds(1))|];")]
    [InlineData("await [|Task.CompletedTask.WaitAsync(TimeSpan.FromSeconds(1), token)|];")]
    [InlineData("await [|Task.FromResult(1).WaitAsync(TimeSpan.FromSeconds(1))|];")]
    [InlineData("using var timer = [|new PeriodicTimer(TimeSpan.FromSeconds(1))|];")]
    [InlineData("using var timer = [|new Timer(_ => { }, null, 10, 10)|];")]
    [InlineData("[|Thread.Sleep(1)|];")]
    public Task A_wait_by_the_systems_clock_is_found(string body) => Marked.VerifyAsync(new RealDelayAnalyzer(), Marked.InMethod(body));

    [Theory]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, token);")]
    [InlineData("await Task.Delay(Timeout.Infinite, token);")]
    [InlineData("await Task.Delay(Timeout.InfiniteTimeSpan, token);")]
    [InlineData("using var source = new CancellationTokenSource();")]
    [InlineData("using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);")]
    [InlineData("await Task.CompletedTask.WaitAsync(token);")]
    [InlineData("using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);")]
    public Task One_with_a_time_provider_or_without_a_time_is_not(string body) => Marked.VerifyAsync(new RealDelayAnalyzer(), Marked.InMethod(body));

    [Fact]
    public Task Code_that_has_nothing_to_do_with_sessions_may_wait_as_it_likes() => Marked.VerifyAsync(new RealDelayAnalyzer(), """
        internal sealed class Other
        {
            public Task WaitAsync() => Task.Delay(100);
        }
        internal sealed class Handler : UdpackSessionHandler
        {
            public override Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => [|Task.Delay(100, cancellationToken)|];
        }
        internal sealed class Sender(UDPack.Hosting.UdpackConnection connection)
        {
            public async Task RunAsync() { await [|Task.Delay(100)|]; _ = connection; }
        }
        """);
}
