using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack.Hosting;
using UDPack.Testing.Tests.Network;

namespace UDPack.Testing.Tests.Hosting;

/// <summary>A server gets another key while clients use it.</summary>
[Collection(nameof(Alone))]
public sealed class KeyRotationTests : IAsyncDisposable
{
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-rotation-");
    private readonly SimulatedNetwork _network = new(5) { Conditions = LinkConditions.Wifi with { Loss = 0.02 } };
    private readonly ServerKey _old = ServerKey.GenerateP256();
    private readonly ServerKey _new = ServerKey.GenerateP256();

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _old.Dispose();
        _new.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Keys_change_under_traffic_without_a_restart()
    {
        Write("k1.key.pem", _old);
        Write("k2.key.pem", _new);
        var builder = CreateBuilder();
        await _network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();
            await using var session = await ConnectAsync(_old);
            using var enough = new CancellationTokenSource();
            var traffic = EchoUntilAsync(session, enough.Token);
            await Assert.ThrowsAsync<UdpackException>(() => ConnectAsync(_new));

            await ConfigureAsync(host, active: "k1", "k1", "k2");
            await TalksAsync(_old);
            await TalksAsync(_new);

            await ConfigureAsync(host, active: "k2", "k1", "k2");
            Assert.Equal(_new.PublicKey.KeyId, host.Services.GetRequiredService<IKeyStore>().Current.Active.PublicKey.KeyId);
            await TalksAsync(_old);
            await TalksAsync(_new);

            await ConfigureAsync(host, active: "k2", "k2");
            var exception = await Assert.ThrowsAsync<UdpackException>(() => ConnectAsync(_old));
            Assert.Equal(UdpackError.ConnectTimeout, exception.Error);
            await TalksAsync(_new);

            await enough.CancelAsync();
            Assert.True(await traffic > 100);
            await session.EchoesAsync("the session that began with the old key");
            await session.CloseAsync();
            await host.StopAsync();
            Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
        });
    }

    private HostApplicationBuilder CreateBuilder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            EnvironmentName = "Production",
            ContentRootPath = _folder.FullName,
            Configuration = new ConfigurationManager(),
        });
        WriteSettings("k1", "k1");
        builder.Configuration.AddJsonFile(Settings, optional: false, reloadOnChange: false);
        builder.Logging.AddFakeLogging();
        builder.Services.AddSimulatedNetwork(_network);
        builder.Services.AddUdpackServer()
            .AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()))
            .AddHandler<EchoHandler>();
        return builder;
    }

    private string Settings => Path.Combine(_folder.FullName, "appsettings.json");

    private void WriteSettings(string active, params string[] ring)
    {
        var entries = ring.ToDictionary(name => name, name => new { File = $"{name}.key.pem" });
        File.WriteAllText(Settings, JsonSerializer.Serialize(new { Udpack = new { Keys = new { Active = active, Ring = entries } } }));
    }

    private async Task ConfigureAsync(IHost host, string active, params string[] ring)
    {
        WriteSettings(active, ring);
        ((IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>()).Reload();
        await Task.Delay(Noticed, _network.TimeProvider);
    }

    private async Task<UdpackSession> ConnectAsync(ServerKey key) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        Network = _network,
        RemoteEndPoint = System.Net.IPEndPoint.Parse("127.0.0.1:9000"),
        ServerPublicKey = key.PublicKey,
        Token = "token"u8.ToArray(),
    });

    private async Task TalksAsync(ServerKey key)
    {
        await using var session = await ConnectAsync(key);
        await session.EchoesAsync("hello");
    }

    private async Task<int> EchoUntilAsync(UdpackSession session, CancellationToken enough)
    {
        var count = 0;
        for (; !enough.IsCancellationRequested; count++)
        {
            await session.EchoesAsync($"echo {count}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), _network.TimeProvider, CancellationToken.None);
        }

        return count;
    }

    private void Write(string name, ServerKey key)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, key.ExportPkcs8Pem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private sealed class EchoHandler : UdpackPacketHandler
    {
        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
            session.SendAsync(packet, cancellationToken);
    }
}
