using UDPack.Hosting.Clients;
using UDPack.Testing;

namespace UDPack.Hosting.Tests.Clients;

public sealed class BackoffPolicyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Jitter_takes_off_a_random_part_within_its_bounds_and_uses_all_of_them(int seed)
    {
        await using var network = new SimulatedNetwork(seed);
        foreach (var jitter in new[] { 0.1, 0.5, 1 })
        {
            var policy = new BackoffPolicy(new UdpackClientReconnectSettings { Jitter = jitter, MaxDelay = TimeSpan.FromSeconds(30) }, network);
            var delays = Enumerable.Range(0, 2000).Select(_ => DelayOf(policy, attempts: 3)).ToArray();
            Assert.All(delays, delay => Assert.InRange(delay, 8 * (1 - jitter), 8));
            Assert.True(delays.Min() < 8 * (1 - (0.98 * jitter)) && delays.Max() > 8 * (1 - (0.02 * jitter)), $"seed {seed}: {delays.Min()} to {delays.Max()}");
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_delays()
    {
        Assert.Equal(await DrawAsync(5), await DrawAsync(5));
        Assert.NotEqual(await DrawAsync(5), await DrawAsync(6));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 27)]
    [InlineData(4, 60)]
    [InlineData(1_000_000, 60)]
    public void Delays_grow_by_the_multiplier_up_to_the_maximum(long attempts, double seconds)
    {
        var settings = new UdpackClientReconnectSettings { Jitter = 0, Multiplier = 3, MaxDelay = TimeSpan.FromMinutes(1) };
        Assert.Equal(seconds, DelayOf(new BackoffPolicy(settings, UdpackNetwork.System), attempts));
    }

    [Theory]
    [InlineData(UdpackError.ConnectTimeout, 2)]
    [InlineData(UdpackError.NameNotResolved, 2)]
    [InlineData(UdpackError.TokenUnavailable, 2)]
    [InlineData(UdpackError.ServerFull, 30)]
    [InlineData(UdpackError.AuthenticationFailed, 30)]
    [InlineData(UdpackError.HandshakeFailed, 30)]
    [InlineData(UdpackError.SessionClosed, 30)]
    public void A_server_that_says_no_is_asked_less_often_than_one_that_says_nothing(UdpackError error, double longest)
    {
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings { Jitter = 0 }, UdpackNetwork.System);
        Assert.Equal(longest, policy.DelayAfter(50, new UdpackException(error, "")).TotalSeconds);
    }

    [Fact]
    public void After_a_loss_the_first_retry_is_made_at_once()
    {
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings { Jitter = 0 }, UdpackNetwork.System);
        Assert.Equal([0, 1, 2, 2], Enumerable.Range(0, 4).Select(i => DelayOf(policy, LossHistory.AtOnce + i)));
    }

    [Fact]
    public async Task One_retry_at_once_is_granted_in_each_window()
    {
        await using var network = new SimulatedNetwork(1);
        var losses = new LossHistory(network.TimeProvider);
        var steps = new List<long>();
        await network.RunAsync(async () =>
        {
            foreach (var after in new[] { 1, 1, 1, 28, 1, 300 })
            {
                await Task.Delay(TimeSpan.FromSeconds(after), network.TimeProvider);
                steps.Add(losses.OnLost(TimeSpan.FromSeconds(30)));
            }
        });
        Assert.Equal([-1, 0, 1, -1, 0, -1], steps);
    }

    [Fact]
    public void It_gives_up_when_the_retries_are_used_up()
    {
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings { MaxAttempts = 2 }, UdpackNetwork.System);
        Assert.True(policy.MayRetry(1));
        Assert.False(policy.MayRetry(2));
        Assert.True(new BackoffPolicy(new UdpackClientReconnectSettings(), UdpackNetwork.System).MayRetry(long.MaxValue));
    }

    private static double DelayOf(BackoffPolicy policy, long attempts) =>
        policy.DelayAfter(attempts, null).TotalSeconds;

    private static async Task<double[]> DrawAsync(int seed)
    {
        await using var network = new SimulatedNetwork(seed);
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings(), network);
        return [.. Enumerable.Range(0, 10).Select(i => DelayOf(policy, i))];
    }
}
