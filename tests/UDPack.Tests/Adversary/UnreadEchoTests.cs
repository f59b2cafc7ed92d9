using UDPack.Tests.Network;

namespace UDPack.Tests.Adversary;

/// <summary>A client that sends on many streams and takes none of what comes back: what waits for it counts in the same budget as what is received.</summary>
public class UnreadEchoTests
{
    private const long Limit = 8 << 20;
    private const int Credit = 1 << 20;
    private const int Streams = 120;

    [Fact]
    public async Task What_waits_for_it_stays_within_the_endpoints_memory_and_others_go_on()
    {
        await using var listener = Net.Listen(options =>
        {
            options.MaxBufferedBytes = Limit;
            options.Session.MaxSessionCreditBytes = Credit;
        });
        await using var greedyClient = Net.Client(listener);
        var greedy = await greedyClient.ConnectAsync().Soon();
        var first = await listener.AcceptSessionAsync().Soon();
        var memory = first.Memory.Budget;
        _ = EchoStreamsAsync(first);
        var serving = EchoStreamsAsync(listener);
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => SendWithoutEndAsync(greedy, stop.Token)));
        using (var patience = new CancellationTokenSource(Patience.Limit))
        {
            while (!memory.IsUsedUp)
            {
                await Task.Delay(10, patience.Token);
            }
        }

        // An honest one beside it has its packets back whole, large as they are.
        await using var honestClient = Net.Client(listener);
        var honest = await honestClient.ConnectAsync().Soon();
        await using var stream = await honest.OpenStreamAsync().Soon();
        var most = 0L;
        for (var i = 0; i < 5; i++)
        {
            await stream.SendAsync(new byte[500_000]).Soon();
            using var echo = await stream.ReceiveAsync().Soon();
            Assert.Equal(500_000, echo.Length);
            most = Math.Max(most, memory.Held);
        }

        // Beyond the limit each session has its small share, and one at a time of each direction what its own limits are.
        Assert.InRange(most, 1, Limit + (4 * Credit));
        await stop.CancelAsync();
        await listener.DisposeAsync();
        await sending.Soon();
        await serving.Soon();
        Assert.Equal(0, memory.Held);
    }

    private static async Task SendWithoutEndAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await session.OpenStreamAsync(cancellationToken: cancellationToken);
            while (true)
            {
                await stream.SendAsync(new byte[10_000], cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or UdpackException)
        {
            // Stopped, or thrown out.
        }
    }

    private static async Task EchoStreamsAsync(UdpackListener listener)
    {
        try
        {
            while (true)
            {
                _ = EchoStreamsAsync(await listener.AcceptSessionAsync());
            }
        }
        catch (ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private static async Task EchoStreamsAsync(UdpackSession session)
    {
        try
        {
            await foreach (var stream in session.AcceptStreamsAsync())
            {
                _ = EchoAsync(stream);
            }
        }
        catch (UdpackException)
        {
            // Thrown out.
        }
    }

    private static async Task EchoAsync(UdpackStream stream)
    {
        try
        {
            await foreach (var packet in stream.ReadAllAsync())
            {
                using (packet)
                {
                    await stream.SendAsync(packet.Memory);
                }
            }
        }
        catch (UdpackException)
        {
            // Thrown out.
        }
    }
}
