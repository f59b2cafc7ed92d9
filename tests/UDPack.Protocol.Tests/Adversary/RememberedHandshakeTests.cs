using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Handshakes that are over and still remembered: what strangers can have the server keep, by the tens of thousands.</summary>
[Collection(nameof(RememberedHandshakeTests))]
[CollectionDefinition(nameof(RememberedHandshakeTests), DisableParallelization = true)]
public sealed class RememberedHandshakeTests
{
    private const int Handshakes = 2000;

    /// <summary>What the document on security says.</summary>
    private const int Documented = 900;

    [Theory]
    [InlineData("refused")]
    [InlineData("expired")]
    public void Each_costs_no_more_than_is_documented(string end)
    {
        var pair = new Pair(options: new ServerEndpointOptions
        {
            AddressValidation = CookieMode.Never,
            MaxPending = 60_000,
            MaxSessions = 60_000,
            HandshakeRatePerPrefix = null,
        })
        {
            KeepsTrace = false,
            Validator = _ => end == "refused" ? HandshakeRejection.TokenRefused : null,
        };
        var before = MemoryOf(pair);
        for (var i = 0; i < Handshakes; i++)
        {
            Finish(pair, i);
        }

        pair.Run(15 * Pair.Second);
        Assert.Equal((0, 0), (pair.Server.PendingCount, pair.Server.SessionCount));
        pair.ServerSessions.Clear();
        pair.Ends.Clear();
        pair.ServerSteps.Clear();
        pair.Elsewhere.Clear();
        pair.ServerSteps.TrimExcess();
        pair.Ends.TrimExcess();
        pair.Elsewhere.TrimExcess();

        Assert.InRange((MemoryOf(pair) - before) / Handshakes, Documented / 2, Documented);
        GC.KeepAlive(pair);
    }

    private static void Finish(Pair pair, int number)
    {
        var plaintext = Plaintext ??= Shakehands.Plaintext(pair.ClientEntropy);
        pair.Server.OnDatagram(pair.Now, Shakehands.Address(number), Shakehands.Datagram(0x7700_0000, Shakehands.Payload(pair, 0x7700, plaintext)));
        pair.Flush();
        pair.ServerSteps.Clear();
        pair.Elsewhere.Clear();
    }

    private static byte[]? Plaintext { get; set; }

    private static long MemoryOf(Pair pair)
    {
        GC.KeepAlive(pair);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
