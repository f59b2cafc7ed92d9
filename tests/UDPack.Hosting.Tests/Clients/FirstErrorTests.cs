using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>What a host says, and when, of a client that cannot connect.</summary>
public sealed class FirstErrorTests
{
    [Fact]
    public async Task A_wrong_key_is_warned_of_at_the_first_answer_and_once()
    {
        await using var world = new ClientWorld(("ServerPublicKey", ServerKey.GenerateP256().PublicKey.ToPem()));
        world.ClientBuilder.AddHealthCheck();
        await world.RunWithServerAsync(async server =>
        {
            await world.DelayAsync(0.2);
            var warning = Assert.Single(world.Logs, record => record.Level >= LogLevel.Warning);
            Assert.Equal(2108, warning.Id.Id);
            Assert.Contains("'telemetry' has no session with udp://192.0.2.1:9000 yet, it goes on trying. Something there answered", warning.Message, StringComparison.Ordinal);
            Assert.Contains("ServerPublicKey", warning.Message, StringComparison.Ordinal);
            var health = await world.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.Contains("check that ServerPublicKey", health.Entries["udpack-telemetry"].Description, StringComparison.Ordinal);

            await world.DelayAsync(100);
            Assert.Single(world.Logs, record => record.Id.Id == 2108);
            var error = Assert.IsType<UdpackException>(world.Changes[^1].Change.Error);
            Assert.Contains("check that ServerPublicKey is this server's key", error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Silence_is_warned_of_after_the_second_unanswered_shakehand()
    {
        await using var world = new ClientWorld();
        world.Network.AddHost(ClientWorld.ServerName, ClientWorld.Server.Address);
        world.Network.Blackhole(TimeSpan.FromHours(1));
        await world.RunAsync(async () =>
        {
            // 0.5 to 1 s, and 1 to 2 s.
            await world.DelayAsync(3.1);
            var warning = Assert.Single(world.Logs, record => record.Level >= LogLevel.Warning);
            Assert.Equal(2108, warning.Id.Id);
            Assert.EndsWith("Nothing answered: check address, port and firewalls, and that the server runs.", warning.Message, StringComparison.Ordinal);
            await world.DelayAsync(1000);
            Assert.Single(world.Logs, record => record.Id.Id == 2108);

            // Of some 65 attempts.
            Assert.InRange(world.Logs.Count(record => record.Id.Id == 2101), 6, 8);
        });
    }

    [Fact]
    public async Task A_connect_timeout_of_the_settings_bounds_a_start_that_must_connect()
    {
        await using var world = new ClientWorld(("InitialConnect", "Throw"), ("ConnectTimeout", "00:00:04"));
        world.Network.AddHost(ClientWorld.ServerName, ClientWorld.Server.Address);
        await world.RunUnstartedAsync(async () =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(() => world.Host.StartAsync());
            Assert.Equal(UdpackError.ConnectTimeout, exception.Error);
            Assert.Equal(4, world.Network.Elapsed.TotalSeconds, 0.01);
        });
    }

    [Fact]
    public async Task A_token_that_never_changes_is_not_tried_for_ever()
    {
        await using var world = new ClientWorld(("Token", "stale"), ("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(async server =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await world.Connection.GetSessionAsync());
            Assert.Equal(UdpackError.AuthenticationFailed, exception.Error);
            Assert.Contains("refused the token", exception.Message, StringComparison.Ordinal);
            Assert.Equal(10, server.Tokens.Length);

            // 1, 2, 4, 8, 16 and 4 times 30.
            Assert.Equal(151, world.Network.Elapsed.TotalSeconds, 1.0);
            Assert.Contains(world.Logs, record => record.Id.Id == 2103);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_that_changes_or_a_setting_of_null_goes_on(bool changes)
    {
        await using var world = new ClientWorld(("Token", "stale"), ("Reconnect:MaxTokenRefusals", changes ? "2" : ""), ("Reconnect:MaxDelayWhenRefused", "00:00:01"));
        var asked = 0;
        if (changes)
        {
            world.ClientBuilder.AddTokenProvider((_, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(System.Text.Encoding.UTF8.GetBytes($"token {asked++}")));
        }

        await world.RunWithServerAsync(options => options.TokenValidator = changes ? new Refusing() : options.TokenValidator, async server =>
        {
            await world.DelayAsync(100);
            Assert.Equal(Connecting, world.Connection.State);
            Assert.DoesNotContain(world.Logs, record => record.Id.Id == 2103);
        });
    }

    [Fact]
    public async Task A_full_server_is_named_and_a_lasting_connection_gets_the_next_place()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunUnstartedAsync(async () =>
        {
            await using var server = world.Listen(options => options.MaxSessions = 1);
            var other = await UdpackClient.ConnectAsync(new UdpackClientOptions
            {
                Network = world.Network,
                RemoteEndPoint = ClientWorld.Server,
                ServerPublicKey = ClientWorld.Key.PublicKey,
                Token = "token"u8.ToArray(),
            });
            await world.Host.StartAsync();
            await world.DelayAsync(0.5);
            Assert.Equal(UdpackError.ServerFull, Assert.IsType<UdpackException>(world.Changes[^1].Change.Error).Error);
            await other.CloseAsync();
            await world.DelayAsync(3);
            Assert.Equal(Connected, world.Connection.State);
        });
    }

    private sealed class Refusing : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TokenVerdict.Failure("no"));
    }
}
