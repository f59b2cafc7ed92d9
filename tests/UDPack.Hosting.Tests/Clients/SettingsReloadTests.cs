using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

public sealed class SettingsReloadTests
{
    [Fact]
    public async Task A_change_is_used_at_the_next_connect()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(async server =>
        {
            var session = await world.Connection.GetSessionAsync();
            Reload(world, ("Token", "other"), ("Algorithm", "Aes128Gcm"), ("Reconnect:InitialDelay", "00:00:00.5"));

            Assert.Same(session, world.Connection.Session);
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await using var again = world.Listen();
            var next = await world.Connection.GetSessionAsync();

            Assert.Equal(CipherAlgorithm.Aes128Gcm, next.Algorithm);
            Assert.Equal(["other"], again.Tokens);
            Assert.Contains(
                "Udpack:Clients:telemetry:Algorithm, Udpack:Clients:telemetry:Reconnect:InitialDelay, Udpack:Clients:telemetry:Token",
                Assert.Single(world.Logs, record => record.Id.Id == 2110).Message,
                StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("Algorithm", "Rot13", "Udpack:Clients:telemetry:Algorithm has the invalid value 'Rot13'.")]
    [InlineData("Handshake:RetryCount", "-1", "Udpack:Clients:telemetry:Handshake:RetryCount has the invalid value '-1'.")]
    [InlineData("ServerPublicKey", "no key", "Udpack:Clients:telemetry:ServerPublicKey is not a server's public key")]
    [InlineData("Tokn", "x", "Udpack:Clients:telemetry:Tokn is not a known setting.")]
    public async Task An_invalid_change_is_logged_and_the_last_good_settings_stay(string key, string value, string problem)
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            var monitor = world.Host.Services.GetRequiredService<IOptionsMonitor<UdpackClientSettings>>();
            var heard = 0;
            using var listening = monitor.OnChange((_, _) => heard++);
            Reload(world, (key, value), ("Token", "other"));

            Assert.StartsWith(
                $"Changed configuration ignored, the client's settings stay as they were: {problem}",
                Assert.Single(world.Logs, record => record.Id.Id == 2111).Message,
                StringComparison.Ordinal);
            await using var server = world.Listen();
            await world.Connection.GetSessionAsync();
            Assert.Equal(["token"], server.Tokens);
            Assert.Equal(("token", 0), (monitor.Get("telemetry").Token, heard));
        });
    }

    [Fact]
    public async Task What_changed_while_the_settings_were_bad_is_named_when_they_are_good_again()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(() =>
        {
            Reload(world, ("Algorithm", "Rot13"), ("Token", "other"));
            Assert.DoesNotContain(world.Logs, record => record.Id.Id == 2110);
            Reload(world, ("Algorithm", "Aes128Gcm"));

            var message = Assert.Single(world.Logs, record => record.Id.Id == 2110).Message;
            Assert.Contains("telemetry:Token", message, StringComparison.Ordinal);
            Assert.Contains("telemetry:Algorithm", message, StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task The_options_monitor_hears_of_good_changes_of_its_client_only()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(() =>
        {
            var monitor = world.Host.Services.GetRequiredService<IOptionsMonitor<UdpackClientSettings>>();
            var heard = new List<string?>();
            using var listening = monitor.OnChange((settings, name) => heard.Add($"{name} {settings.Token}"));
            world.Builder.Configuration["Somewhere:Else"] = "x";
            Reload(world);
            Assert.Empty(heard);
            Reload(world, ("Token", "other"));
            Assert.Equal(["telemetry other"], heard);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_reach_whoever_watches_the_configuration()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            using var listening = world.Host.Services.GetRequiredService<IOptionsMonitor<UdpackClientSettings>>()
                .OnChange((_, _) => throw new InvalidTimeZoneException("a listener"));
            Reload(world, ("Token", "other"));
            Assert.Contains(world.Logs, record => record.Id.Id == 2112);
            await using var server = world.Listen();
            await world.Connection.GetSessionAsync();
            Assert.Equal(["other"], server.Tokens);
        });
    }

    private static void Reload(ClientWorld world, params (string Key, string Value)[] settings)
    {
        var configuration = world.Host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            configuration[$"{ClientWorld.Path}:{key}"] = value;
        }

        ((IConfigurationRoot)configuration).Reload();
    }
}
