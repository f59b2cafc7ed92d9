using System.Net;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;
using UDPack.Tests.Sockets;

namespace UDPack.Tests.EndToEnd;

/// <summary>A server on all addresses of a machine answers from the one that it was reached at.</summary>
public class LocalAddressTests
{
    [LinuxTheory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("0.0.0.0", "127.9.9.9")]
    [InlineData("::", "127.0.0.2")]
    [InlineData("::", "::1")]
    [InlineData("::", "::ffff:127.0.0.2")]
    [InlineData("::1", "::1")]
    [InlineData("127.0.0.2", "127.0.0.2")]
    public async Task A_client_of_any_of_its_addresses_gets_through(string bound, string reached)
    {
        await using var listener = Net.Listen(options =>
        {
            options.LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0);
            options.AddressValidation = AddressValidation.Always;
        });
        var echoing = Net.EchoAsync(listener);
        await using (var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Parse(reached), listener.LocalEndPoint.Port))))
        {
            var session = await client.ConnectAsync().Soon();
            await Net.AssertEchoesAsync(session);
        }

        await listener.DisposeAsync();
        await echoing.Soon();
    }

    [NamespaceFact]
    public Task Addresses_that_were_added_to_the_machine_answer_for_themselves_also_link_local_ones() => NetworkNamespace.RunAsync(
        "ip link set lo up; ip addr add 10.7.0.1/24 dev lo; ip addr add 10.7.0.2/24 dev lo; "
        + "ip -6 addr add fd00:7::1/64 dev lo nodad; ip -6 addr add fd00:7::2/64 dev lo nodad; ip -6 addr add fe80::7/64 dev lo nodad",
        () =>
        {
            var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.IPv6Any, 0));
            var echoing = Net.EchoAsync(listener);
            foreach (var address in (string[])["10.7.0.1", "10.7.0.2", "fd00:7::1", "fd00:7::2", "fe80::7%1", "::1%1"])
            {
                var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Parse(address), listener.LocalEndPoint.Port)));
                var session = client.ConnectAsync().AsTask().Soon().GetAwaiter().GetResult();
                Net.AssertEchoesAsync(session).GetAwaiter().GetResult();
                client.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            listener.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return echoing.Soon();
        });
}

/// <summary>What only the calls of Linux do.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = LinuxDatagramSocket.IsSupported ? null : "needs 64-bit Linux: elsewhere the system chooses where an answer leaves from";
}
