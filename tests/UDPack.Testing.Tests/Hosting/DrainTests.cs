using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Hosting;
using UDPack.Testing.Tests.Network;

namespace UDPack.Testing.Tests.Hosting;

/// <summary>A server that stops in the middle of everything loses nothing that it said it has.</summary>
[Collection(nameof(Alone))]
public sealed class DrainTests
{
    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 200)]
    public async Task Nothing_confirmed_or_accepted_is_lost_when_the_host_stops_under_load(int seed, int sessions)
    {
        await using var network = new SimulatedNetwork(seed)
        {
            Conditions = LinkConditions.Wifi with { Loss = 0.05, Reorder = true },
            RealTimeLimit = TimeSpan.FromMinutes(3),
        };
        var ledger = new Ledger();
        var builder = CreateBuilder(network, ledger);
        await network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();
            await using var client = CreateClient(network);
            var clients = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => client.ConnectAsync().AsTask()));
            var sending = clients.Select((session, i) => SendUntilTheEndAsync(session, i, network.TimeProvider)).ToArray();
            var receiving = clients.Select(session => ReceiveUntilTheEndAsync(session, ledger)).ToArray();
            await Task.Delay(TimeSpan.FromSeconds(1), network.TimeProvider);

            await host.StopAsync();

            var confirmed = await Task.WhenAll(sending);
            await Task.WhenAll(receiving);

            // A goaway is sent three times and can get lost three times; such a client learns of it later.
            var others = clients.Select(session => session.CloseReason!).Where(reason => reason.Cause != SessionEndCause.ClosedByPeer).ToList();
            Assert.True(others.Count <= sessions / 50, $"{others.Count} learned of it otherwise, such as {others.FirstOrDefault()}");
            Assert.True(confirmed.Sum(numbers => numbers.Count) > 5 * sessions);
            var handled = ledger.Handled.ToHashSet();
            Assert.DoesNotContain(confirmed.SelectMany(numbers => numbers), number => !handled.Contains(number));
            var echoed = ledger.Echoed.ToHashSet();
            Assert.DoesNotContain(ledger.Accepted, number => !echoed.Contains(number));
            await client.DisposeAsync();
        });
    }

    [Fact]
    public async Task Packets_that_wait_for_a_lost_one_are_confirmed_and_so_are_handled()
    {
        await using var network = new SimulatedNetwork(7) { Conditions = LinkConditions.Lossless };
        var ledger = new Ledger();
        var builder = CreateBuilder(network, ledger);
        await network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();
            await using var client = CreateClient(network);
            await using var session = await client.ConnectAsync();
            await session.SendAndConfirmAsync(Packet(0, 0));

            // The first of ten is lost, the others arrive and are acknowledged before it comes again.
            network.Blackhole(TimeSpan.FromMilliseconds(1));
            var lost = session.SendAndConfirmAsync(Packet(0, 1)).AsTask();
            await Task.Delay(TimeSpan.FromMilliseconds(2), network.TimeProvider);
            var later = Enumerable.Range(2, 9).Select(i => session.SendAndConfirmAsync(Packet(0, i)).AsTask()).ToArray();
            await Task.Delay(TimeSpan.FromMilliseconds(12), network.TimeProvider);
            Assert.Single(ledger.Handled);

            await host.StopAsync();

            await Task.WhenAll(later);
            await lost;
            Assert.Equal(Enumerable.Range(0, 11).Select(i => (long)i), ledger.Handled.Order());
        });
    }

    private static HostApplicationBuilder CreateBuilder(SimulatedNetwork network, Ledger ledger)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", Configuration = new ConfigurationManager() });
        // The host counts real time, of which a busy machine may need more.
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(ledger);
        builder.Services.AddSimulatedNetwork(network);
        builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(Net.Key)));
        builder.Services.AddUdpackServer(options => options.Shutdown.DrainTimeout = TimeSpan.FromSeconds(25)).AddHandler<LedgerHandler>();
        return builder;
    }

    private static UdpackClient CreateClient(SimulatedNetwork network) => new(new UdpackClientOptions
    {
        Network = network,
        RemoteEndPoint = System.Net.IPEndPoint.Parse("127.0.0.1:9000"),
        ServerPublicKey = Net.Key.PublicKey,
        Token = "token"u8.ToArray(),
        MaxAttempts = 12,
    });

    private static async Task<List<long>> SendUntilTheEndAsync(UdpackSession session, int client, TimeProvider time)
    {
        var confirmed = new List<long>();
        var waiting = new List<(long Number, Task Confirmation)>();
        try
        {
            for (var i = 0; ; i++)
            {
                var packet = Packet(client, i);
                waiting.Add((BinaryPrimitives.ReadInt64BigEndian(packet), session.SendAndConfirmAsync(packet).AsTask()));
                await Task.Delay(TimeSpan.FromMilliseconds(50 + (client % 40)), time, session.Closed);
            }
        }
        catch (Exception exception) when (exception is UdpackException or OperationCanceledException)
        {
            // The server closed it.
        }

        foreach (var (number, confirmation) in waiting)
        {
            await confirmation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (confirmation.IsCompletedSuccessfully)
            {
                confirmed.Add(number);
            }
        }

        return confirmed;
    }

    private static async Task ReceiveUntilTheEndAsync(UdpackSession session, Ledger ledger)
    {
        try
        {
            while (true)
            {
                using var packet = await session.ReceiveAsync();
                ledger.Echoed.Add(BinaryPrimitives.ReadInt64BigEndian(packet.Span));
            }
        }
        catch (UdpackException)
        {
            // However it ended.
        }
    }

    private static byte[] Packet(int client, int number)
    {
        // Some in one piece, some in several.
        var packet = new byte[number % 7 == 0 ? 3000 : 100];
        BinaryPrimitives.WriteInt64BigEndian(packet, ((long)client << 32) | (uint)number);
        return packet;
    }

    private sealed class Ledger
    {
        public ConcurrentBag<long> Handled { get; } = [];

        public ConcurrentBag<long> Accepted { get; } = [];

        public ConcurrentBag<long> Echoed { get; } = [];
    }

    private sealed class LedgerHandler(Ledger ledger) : UdpackPacketHandler
    {
        protected override async ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            var number = BinaryPrimitives.ReadInt64BigEndian(packet.Span);
            ledger.Handled.Add(number);
            await session.SendAsync(packet, cancellationToken);
            ledger.Accepted.Add(number);
        }
    }
}
