using System.Diagnostics;

namespace UDPack.Testing.Tests.Network;

/// <summary>How long a graceful end may take.</summary>
public sealed class ClosingTests
{
    private const int Credit = 16 * 1024;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_close_does_not_wait_for_ever_for_a_peer_that_is_alive_and_does_not_read(bool onStream)
    {
        await using var network = new SimulatedNetwork();
        await RunAsync(network, async (session, accepted) =>
        {
            await SendAsync(session, onStream);
            var begun = network.Elapsed;

            await session.CloseAsync(7).AsTask().WaitAsync(TimeSpan.FromHours(1), network.TimeProvider);

            Assert.InRange(network.Elapsed - begun, IdleTimeout - TimeSpan.FromSeconds(1), IdleTimeout + TimeSpan.FromSeconds(2));
            Assert.Equal((SessionEndCause.ClosedLocally, (ushort?)7), (session.CloseReason!.Cause, session.CloseReason.ApplicationCode));
        });
    }

    [Fact]
    public async Task A_close_waits_as_long_as_the_peer_takes_something()
    {
        await using var network = new SimulatedNetwork();
        await RunAsync(network, async (session, accepted) =>
        {
            await SendAsync(session, onStream: false);
            var begun = network.Elapsed;
            var closing = session.CloseAsync().AsTask();
            for (var i = 0; i < 40; i++)
            {
                // The peer hears of room when an eighth of the credit was taken, so three at a time.
                await Task.Delay(i % 3 == 0 ? IdleTimeout * 0.8 : TimeSpan.Zero, network.TimeProvider);
                (await accepted.ReceiveAsync()).Dispose();
            }

            await closing.WaitAsync(TimeSpan.FromMinutes(1), network.TimeProvider);
            Assert.True(network.Elapsed - begun > 10 * IdleTimeout);
        });
    }

    [Fact]
    public async Task A_close_survives_an_outage_shorter_than_the_idle_timeout()
    {
        await using var network = new SimulatedNetwork();
        await RunAsync(network, async (session, accepted) =>
        {
            await session.SendAndConfirmAsync(new byte[1]);
            network.Blackhole(TimeSpan.FromSeconds(15));
            var confirmed = session.SendAndConfirmAsync(new byte[2]).AsTask();
            await session.CloseAsync();
            await confirmed;
        });
    }

    private static async Task SendAsync(UdpackSession session, bool onStream)
    {
        // More than the credit takes: what is beyond it waits here.
        var stream = onStream ? await session.OpenStreamAsync() : null;
        for (var i = 0; i < 40; i++)
        {
            await (stream?.SendAsync(new byte[1000]) ?? session.SendAsync(new byte[1000]));
        }
    }

    private static async Task RunAsync(SimulatedNetwork network, Func<UdpackSession, UdpackSession, Task> scenario) => await network.RunAsync(async () =>
    {
        await using var listener = Net.Listen(network, change: options =>
        {
            options.Session.SessionCreditBytes = options.Session.MaxSessionCreditBytes = Credit;
            options.Session.IdleTimeout = IdleTimeout;
        });
        await using var client = Net.Client(network, change: options => options.Session.IdleTimeout = IdleTimeout);
        var session = await client.ConnectAsync();
        var accepted = await listener.AcceptSessionAsync();
        await scenario(session, accepted);
        accepted.Abort();
    });
}
