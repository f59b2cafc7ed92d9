using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

/// <summary>A host with real sockets that stops under load.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeKeyStore _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_host_that_stops_under_load_loses_nothing_that_was_confirmed()
    {
        var handled = new ConcurrentDictionary<int, bool>();
        var builder = TestHost.CreateBuilder([("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"), ("Udpack:Server:EndpointDefaults:Port", "0")]);
        builder.Services.AddSingleton<IKeyStore>(_keys).AddSingleton(handled);
        builder.Services.AddUdpackServer().AddHandler<CountingHandler>();
        using var host = builder.Build();
        await host.StartAsync();
        await using var client = new UdpackClient(new UdpackClientOptions
        {
            RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
            ServerPublicKey = _keys.Current.Active.PublicKey,
            Token = "token"u8.ToArray(),
        });
        var sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ConnectAsync().AsTask())).WaitAsync(Patience);
        var confirmed = new ConcurrentBag<int>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var senders = sessions.Select((session, i) => Task.Run(async () =>
        {
            try
            {
                for (var n = 0; ; n++)
                {
                    var number = (i << 24) | n;
                    await session.SendAndConfirmAsync(BitConverter.GetBytes(number));
                    confirmed.Add(number);
                    if (confirmed.Count >= 500)
                    {
                        enough.TrySetResult();
                    }
                }
            }
            catch (UdpackException)
            {
                // The server closed it.
            }
        })).ToArray();
        await enough.Task.WaitAsync(Patience);

        await host.StopAsync().WaitAsync(Patience);

        await Task.WhenAll(senders).WaitAsync(Patience);
        Assert.DoesNotContain(confirmed, number => !handled.ContainsKey(number));
        Assert.All(sessions, session => Assert.Equal(SessionEndCause.ClosedByPeer, session.CloseReason!.Cause));
    }

    private sealed class CountingHandler(ConcurrentDictionary<int, bool> handled) : UdpackPacketHandler
    {
        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            handled[BitConverter.ToInt32(packet.Span)] = true;
            return ValueTask.CompletedTask;
        }
    }
}
