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
            var policy = new BackoffPolicy(new UdpackClientReconnectSettings { Jitter = jitter }, network);
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

    [Fact]
    public void It_gives_up_when_the_retries_are_used_up()
    {
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings { MaxAttempts = 2 }, UdpackNetwork.System);
        Assert.NotNull(policy.NextDelay(new UdpackReconnectContext(1, TimeSpan.Zero, null)));
        Assert.Null(policy.NextDelay(new UdpackReconnectContext(2, TimeSpan.Zero, null)));
    }

    private static double DelayOf(BackoffPolicy policy, long attempts) =>
        policy.NextDelay(new UdpackReconnectContext(attempts, TimeSpan.Zero, null))!.Value.TotalSeconds;

    private static async Task<double[]> DrawAsync(int seed)
    {
        await using var network = new SimulatedNetwork(seed);
        var policy = new BackoffPolicy(new UdpackClientReconnectSettings(), network);
        return [.. Enumerable.Range(0, 10).Select(i => DelayOf(policy, i))];
    }
}
