using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace UDPack.Testing.Tests.Network;

/// <summary>Listeners, clients and sessions on the network.</summary>
public sealed class SessionTests
{
    public static TheoryData<string> Presets => ["Lossless", "Wifi", "Mobile4G", "Satellite"];

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Sessions_work_under_every_preset(string preset)
    {
        var conditions = (LinkConditions)typeof(LinkConditions).GetProperty(preset)!.GetValue(null)!;
        await using var network = new SimulatedNetwork(3) { Conditions = conditions };
        await network.RunAsync(() => EchoAsync(network, 50));

        // Handshake, echoes and goodbye need a path there and back each.
        Assert.True(network.Elapsed >= 51 * 2 * conditions.Delay);
    }

    [Fact]
    public async Task Sessions_survive_everything_at_once()
    {
        await using var network = new SimulatedNetwork(11)
        {
            Conditions = new LinkConditions
            {
                Loss = 0.1,
                Bursts = new GilbertElliott(0.02, 0.3),
                Duplicate = 0.1,
                Corrupt = 0.1,
                Jitter = TimeSpan.FromMilliseconds(40),
                Reorder = true,
                BitsPerSecond = 200_000,
                QueueDelay = TimeSpan.FromMilliseconds(200),
                Mtu = 1472,
            },
        };
        await network.RunAsync(() => EchoAsync(network, 100));

        var statistics = network.GetStatistics();
        Assert.All(
            [statistics.Lost, statistics.LostInBurst, statistics.Duplicated, statistics.Corrupted, statistics.Reordered],
            count => Assert.True(count > 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_same_seed_gives_the_same_trace(int seed)
    {
        var first = await TraceAsync(seed);
        Assert.Equal(first, await TraceAsync(seed));
        Assert.NotEqual(first, await TraceAsync(seed + 100));
    }

    [Fact]
    public async Task Work_of_others_in_the_thread_pool_changes_no_trace()
    {
        var alone = await TraceAsync(5, 10);
        using var stop = new CancellationTokenSource();
        var others = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Thread.SpinWait(20_000);
                await Task.Yield();
            }
        })).ToArray();

        var among = await TraceAsync(5, 10);

        await stop.CancelAsync();
        await Task.WhenAll(others);
        Assert.Equal(alone, among);
    }

    [Fact]
    public async Task A_session_outlasts_a_blackhole_shorter_than_its_idle_timeout()
    {
        await using var network = new SimulatedNetwork(1);
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            network.Blackhole(TimeSpan.FromSeconds(8));

            await session.EchoesAsync("after the silence");

            Assert.True(network.Elapsed > TimeSpan.FromSeconds(8));
        });
        Assert.True(network.GetStatistics().Blackholed > 0);
    }

    [Fact]
    public async Task A_client_behind_a_forgetful_nat_sends_from_its_new_port()
    {
        await using var network = new SimulatedNetwork(1);
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            await using var onServer = await listener.AcceptSessionAsync();
            Assert.Equal(session.LocalEndPoint, onServer.RemoteEndPoint);
            var from = new HashSet<IPEndPoint>();
            var renewed = network.Rebind(session.LocalEndPoint);
            network.DatagramObserved = d => _ = d.To.Equals(Net.ServerEndPoint) && from.Add(d.From);

            Assert.True(session.TrySend("from elsewhere"u8));
            await Task.Delay(TimeSpan.FromSeconds(1), network.TimeProvider);

            Assert.Equal([renewed], from);
            session.Abort();
            onServer.Abort();
        });
    }

    [Fact]
    public async Task Nothing_larger_than_the_mtu_gets_through()
    {
        await using var network = new SimulatedNetwork(1) { Conditions = new LinkConditions { Mtu = 600 } };
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            await session.EchoesAsync(new string('a', 500));

            Assert.True(session.TrySend(new byte[700]));
            await Task.Delay(TimeSpan.FromSeconds(3), network.TimeProvider);
            session.Abort();
        });
        Assert.True(network.GetStatistics().TooLarge > 1);
    }

    [Fact]
    public async Task Throughput_is_what_the_bottleneck_gives()
    {
        const int Packets = 400;
        await using var network = new SimulatedNetwork(1)
        {
            Conditions = new LinkConditions { BitsPerSecond = 4_000_000, QueueDelay = TimeSpan.FromMilliseconds(100) },
        };
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            await using var onServer = await listener.AcceptSessionAsync();
            var began = network.Elapsed;
            var sending = SendAllAsync(session);
            for (var i = 0; i < Packets; i++)
            {
                (await onServer.ReceiveAsync()).Dispose();
            }

            await sending;
            var rate = Packets * 1000 * 8 / (network.Elapsed - began).TotalSeconds;
            Assert.InRange(rate, 2_000_000, 4_000_000);
        });

        static async Task SendAllAsync(UdpackSession session)
        {
            for (var i = 0; i < Packets; i++)
            {
                await session.SendAsync(new byte[1000]);
            }
        }
    }

    [Fact]
    public async Task Many_clients_come_and_go()
    {
        await using var network = new SimulatedNetwork(4) { Conditions = LinkConditions.Wifi };
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
            {
                await using var client = Net.Client(network);
                await using var session = await client.ConnectAsync();
                await session.EchoesAsync($"I am number {number}");
            }));
            Assert.Equal(100, listener.GetStatistics().HandshakesCompleted);
        });
    }

    [Fact]
    public async Task Clients_find_the_server_by_name_or_over_loopback()
    {
        await using var network = new SimulatedNetwork(1);
        network.AddHost("server.example", Net.ServerEndPoint.Address);
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            await using var everywhere = Net.Listen(network, new IPEndPoint(IPAddress.Any, 9001));
            var echo = Task.WhenAll(Net.EchoAsync(listener), Net.EchoAsync(everywhere));
            foreach (var remote in (EndPoint[])[new DnsEndPoint("server.example", 9000), IPEndPoint.Parse("127.0.0.1:9001"), everywhere.LocalEndPoint])
            {
                await using var client = Net.Client(network, remote);
                await using var session = await client.ConnectAsync();
                await session.EchoesAsync("found");
            }
        });
    }

    [Fact]
    public async Task A_client_without_a_server_gives_up_after_virtual_seconds()
    {
        await using var network = new SimulatedNetwork(1);
        var began = Stopwatch.GetTimestamp();
        await network.RunAsync(async () =>
        {
            await using var client = Net.Client(network);
            var exception = await Assert.ThrowsAsync<UdpackException>(() => client.ConnectAsync().AsTask());
            Assert.Equal(UdpackError.ConnectTimeout, exception.Error);
        });
        Assert.True(network.Elapsed > TimeSpan.FromSeconds(10));
        Assert.True(Stopwatch.GetElapsedTime(began) < network.Elapsed);
    }

    [Fact]
    public void Another_clock_than_the_networks_is_refused()
    {
        var network = new SimulatedNetwork(1);
        var exception = Assert.Throws<ArgumentException>(() => Net.Listen(network, change: options => options.TimeProvider = TimeProvider.System));
        Assert.Contains("TimeProvider is not the network's own", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Net.Client(network, change: options => options.TimeProvider = TimeProvider.System));
    }

    private static async Task<List<string>> TraceAsync(int seed, int count = 40)
    {
        var trace = new List<string>();
        await using var network = new SimulatedNetwork(seed) { Conditions = LinkConditions.Wifi with { Loss = 0.1, Corrupt = 0.02 } };
        network.DatagramObserved = d => trace.Add(string.Create(
            CultureInfo.InvariantCulture, $"{d.Time} {d.From} > {d.To} {d.Content.Length} {d.Fate} {string.Join(' ', d.Arrivals)}"));
        await network.RunAsync(() => EchoAsync(network, count));
        return trace;
    }

    private static async Task EchoAsync(SimulatedNetwork network, int count)
    {
        await using var listener = Net.Listen(network);
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(network);
        await using var session = await client.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            await session.EchoesAsync($"echo {i}");
        }
    }
}
