using System.Globalization;
using System.Net;
using UDPack.Benchmarks.Peers;
using UDPack.Benchmarks.Processes;
using UDPack.Flooding;
using UDPack.Protocol;

namespace UDPack.Benchmarks.Measurements;

/// <summary>
/// How long strangers take to connect to a server with an RSA key of 4096 bits, alone and beside one socket whose junk costs it more private-key
/// operations than it can do. The server has a process of its own and all cores; flooder and strangers share another.
/// </summary>
internal static class FloodBenchmark
{
    private const int JunkPerSecond = 600;
    private const int Connects = 100;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(300);

    public static IEnumerable<Measurement> Run(TextWriter progress)
    {
        using var server = ChildProcess.Start(Cores.Any, "server", PeerKinds.UdpackRsa4096);
        var address = new IPEndPoint(IPAddress.Loopback, int.Parse(server.Greeting[0], CultureInfo.InvariantCulture));
        var key = ServerPublicKey.FromSubjectPublicKeyInfo(Convert.FromHexString(server.Greeting[1]));

        // Both processes compile what they need.
        Strangers.ConnectAsync(address, key, 200, TimeSpan.FromMilliseconds(20)).GetAwaiter().GetResult();
        return
        [
            .. Summarise("alone", Measure(server, address, key, 0, progress)),
            .. Summarise($"beside {JunkPerSecond} junk shakehands/s", Measure(server, address, key, JunkPerSecond, progress)),
        ];
    }

    private static TimeSpan[] Measure(ChildProcess server, IPEndPoint address, ServerPublicKey key, int junkPerSecond, TextWriter progress)
    {
        using var junk = new ExpensiveJunk(IPAddress.Parse("127.0.0.2"), address, key, junkPerSecond);
        Thread.Sleep(TimeSpan.FromSeconds(2));
        var (unopened, cpu, sent, cookies) = (server.Ask("unopened")[0], server.Ask("cpu")[0], junk.Shakehands, junk.Cookies);
        var took = Strangers.ConnectAsync(address, key, Connects, Every).GetAwaiter().GetResult();
        var seconds = Connects * Every.TotalSeconds;
        progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"flood: {(junk.Shakehands - sent) / seconds:0} junk/s sent, {(junk.Cookies - cookies) / seconds:0} with a cookie, {(server.Ask("unopened")[0] - unopened) / seconds:0} private-key operations/s for it, server CPU {(server.Ask("cpu")[0] - cpu) / seconds / 1e6:0.00} cores"));
        return took;
    }

    private static IEnumerable<Measurement> Summarise(string when, TimeSpan[] took)
    {
        double[] sorted = [.. took.Select(time => time.TotalMilliseconds).Order()];
        var subject = PeerKinds.Title(PeerKinds.UdpackRsa4096);
        yield return One("median", sorted[sorted.Length / 2]);
        yield return One("95 of 100", sorted[(sorted.Length * 95 / 100) - 1]);
        yield return One("slowest", sorted[^1]);

        Measurement One(string which, double value) => new(subject, $"connect {when}, {which}", value, value, "ms");
    }
}
