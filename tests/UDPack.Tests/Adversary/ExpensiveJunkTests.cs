using System.Net;
using UDPack.Flooding;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.Adversary;

/// <summary>A flood on real sockets that makes the workers use a real RSA key of 4096 bits all the time.</summary>
public class ExpensiveJunkTests
{
    /// <summary>More than two cores can do with such a key.</summary>
    private const int JunkPerSecond = 600;

    /// <summary>What is required is 300 ms (docs/benchmarks.md); other tests run beside this one. In the order of arrival it would be seconds.</summary>
    private const int MostMilliseconds = 1000;

    [LoopbackAddressesFact]
    public async Task Strangers_connect_beside_a_socket_that_keeps_the_workers_busy_with_an_RSA_key()
    {
        using var key = ServerKey.GenerateRsa(4096);
        await using var listener = Net.Listen(options =>
        {
            options.Keys = new StaticKeyStore(new ServerKeyRing(key));
            options.TokenValidator = new TestValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()));
        });

        // What is compiled at the first connect is not what is measured.
        await Strangers.ConnectAsync(listener.LocalEndPoint, key.PublicKey, 3, TimeSpan.Zero).Soon();
        using var junk = new ExpensiveJunk(IPAddress.Parse("127.0.0.2"), listener.LocalEndPoint, key.PublicKey, JunkPerSecond);
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().Dropped[DropReason.BadShakehand] >= 50);

        var took = await Strangers.ConnectAsync(listener.LocalEndPoint, key.PublicKey, 40, TimeSpan.FromMilliseconds(100)).Soon();

        var sorted = took.Select(time => time.TotalMilliseconds).Order().ToArray();
        Assert.True(sorted[37] <= MostMilliseconds, $"95 % of the connects: {sorted[37]:0} ms; the slowest: {sorted[^1]:0} ms.");

        // The flood was one: it used the key all the time, and cookies were asked for and given.
        Assert.InRange(junk.Shakehands, 3 * JunkPerSecond, long.MaxValue);
        Assert.InRange(junk.Cookies, JunkPerSecond, long.MaxValue);
        Assert.InRange(listener.PendingHandshakes, 2, 512);
    }

    /// <summary>All of 127.0.0.0/8 belongs to the machine on Linux and Windows; elsewhere only 127.0.0.1 does.</summary>
    private sealed class LoopbackAddressesFactAttribute : FactAttribute
    {
        public LoopbackAddressesFactAttribute() =>
            Skip = OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? null : "This system has no address but 127.0.0.1 on loopback.";
    }
}
