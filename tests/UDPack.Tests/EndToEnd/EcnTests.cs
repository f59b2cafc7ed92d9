using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class EcnTests
{
    [Fact]
    public async Task Marks_of_congestion_are_ignored_and_do_no_harm()
    {
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);
        await using var relay = new Relay(listener.LocalEndPoint);
        relay.MarkCongestion();
        await using (var session = await UdpackClient.ConnectAsync(Net.ClientOptions(relay.EndPoint)).AsTask().Soon())
        {
            for (var i = 0; i < 100; i++)
            {
                await Net.AssertEchoesAsync(session, $"marked {i}");
            }

            Assert.Equal(SessionState.Ready, session.State);
        }

        await listener.DisposeAsync();
        await echo.Soon();
    }
}
