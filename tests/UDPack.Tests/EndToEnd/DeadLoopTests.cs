using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>What remains of a loop that died: nobody may be left waiting.</summary>
public class DeadLoopTests
{
    private static readonly Action<long> Bug = _ => throw new InvalidOperationException("a bug");

    [Fact]
    public async Task A_listener_whose_loop_dies_tells_everyone()
    {
        var collector = new FakeLogCollector();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(collector)));
        await using var pair = await Pair.ConnectAsync(options => options.LoggerFactory = logging);
        var receiving = pair.OnServer.ReceiveAsync().AsTask();
        var accepting = pair.Listener.AcceptSessionAsync().AsTask();
        var closed = pair.OnServer.Closed.Fired();
        var confirmed = new List<Task>();

        pair.Listener.Loop.Post(_ =>
        {
            for (var i = 0; i < 100; i++)
            {
                confirmed.Add(pair.OnServer.SendAndConfirmAsync(new byte[1000]).AsTask());
            }

            Bug(0);
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Listener.Completion.Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting.Soon());
        await Net.FailsWith(UdpackError.SessionAborted, receiving);
        await closed;
        foreach (var confirmation in confirmed)
        {
            await Net.FailsWith(UdpackError.SessionAborted, confirmation);
        }

        Assert.Single(collector.GetSnapshot(), record => record.Level == LogLevel.Critical);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnServer.SendAsync(new byte[1]).AsTask());
        await pair.OnServer.CloseAsync().Soon();
        await pair.OnServer.DisposeAsync().Soon();
        await pair.Listener.StopAsync(TimeSpan.FromHours(1)).Soon();

        // The port is free again.
        await using var next = Net.Listen(options => options.LocalEndPoint = pair.Listener.LocalEndPoint);
    }

    [Fact]
    public async Task A_client_whose_loop_died_tells_its_sessions_and_connects_anew()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.OnClient.ReceiveAsync().AsTask();
        pair.Client.Loop!.Post(Bug);

        await Net.FailsWith(UdpackError.SessionAborted, receiving);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnClient.Loop.Completion.Soon());
        await pair.OnClient.DisposeAsync().Soon();

        UdpackSession? again = null;
        while (again is null)
        {
            try
            {
                again = await pair.Client.ConnectAsync().Soon();
            }
            catch (ObjectDisposedException)
            {
                // The dead socket was still being put away.
            }
        }

        await again.SendAndConfirmAsync(new byte[1]).Soon();
    }

    [Fact]
    public async Task Work_posted_to_a_loop_that_ended_is_harmless()
    {
        var pair = await Pair.ConnectAsync();
        await pair.DisposeAsync();

        pair.Listener.Loop.Post(Bug);
        pair.Listener.Admitting = true;
        await pair.Listener.StopAsync(TimeSpan.FromHours(1)).Soon();
        await pair.Listener.DisposeAsync().Soon();
        await pair.OnServer.CloseAsync().Soon();
        await pair.OnClient.DisposeAsync().Soon();
        pair.OnClient.Abort();
    }
}
