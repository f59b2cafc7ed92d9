using System.Net;

namespace UDPack.Testing.Tests.Network;

/// <summary>A server's host has several addresses: each client hears from the one it sends to, and from no other.</summary>
public sealed class SeveralAddressesTests
{
    [Theory]
    [InlineData("0.0.0.0:9000", "10.0.0.1", "10.0.0.2", "127.0.0.1")]
    [InlineData("[::]:9000", "10.0.0.1", "2001:db8::1", "2001:db8::2")]
    public async Task Every_answer_leaves_from_where_its_question_came_to(string bound, params string[] addresses)
    {
        await using var network = new SimulatedNetwork(7);
        var asked = new Dictionary<IPEndPoint, IPEndPoint>();
        network.DatagramObserved = datagram =>
        {
            if (datagram.To.Port == 9000)
            {
                asked.TryAdd(datagram.From, datagram.To);
                Assert.Equal(asked[datagram.From], datagram.To);
            }
            else
            {
                Assert.Equal(asked[datagram.To], datagram.From);
            }
        };
        await using var listener = Net.Listen(network, IPEndPoint.Parse(bound), options => options.AddressValidation = AddressValidation.Always);
        await network.RunAsync(async () =>
        {
            _ = Net.EchoAsync(listener);
            foreach (var address in addresses)
            {
                await using var client = Net.Client(network, new IPEndPoint(IPAddress.Parse(address), 9000));
                var session = await client.ConnectAsync();
                await session.SendTextAsync(address);
                Assert.Equal(address, await session.ReceiveTextAsync());
            }
        });

        Assert.Equal(addresses.Length, asked.Count);
    }
}
