using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

public sealed class TokenProviderTests
{
    [Fact]
    public async Task It_is_asked_anew_at_each_connect_and_needs_no_token_in_the_settings()
    {
        await using var world = new ClientWorld(("Token", null));
        world.ClientBuilder.AddTokenProvider<Counting>();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            Assert.Equal(["telemetry 1"], server.Tokens);
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await using var again = world.Listen();
            await world.Connection.GetSessionAsync();
            await using var own = await world.Host.Services.GetRequiredService<IUdpackClientFactory>().ConnectAsync("telemetry");
            Assert.Equal(["telemetry 2", "telemetry 3"], again.Tokens);
        });
    }

    [Fact]
    public async Task A_token_that_was_refused_is_replaced_by_a_fresh_one()
    {
        await using var world = new ClientWorld();
        var tokens = new Queue<string>(["stale", "fresh"]);
        world.ClientBuilder.AddTokenProvider((_, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(tokens.Dequeue())));
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            Assert.Equal(["stale", "fresh"], server.Tokens);
            Assert.Contains(world.Changes, pair => pair.Change.Error is UdpackException { Error: UdpackError.AuthenticationFailed });
        });
    }

    [Fact]
    public async Task One_that_throws_or_times_out_is_a_failed_attempt_that_is_tried_again()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        var asked = 0;
        world.ClientBuilder.AddTokenProvider((_, _) => ++asked switch
        {
            1 => throw new InvalidTimeZoneException("no tokens today"),
            2 => throw new TaskCanceledException("its own timeout"),
            _ => ValueTask.FromResult<ReadOnlyMemory<byte>>("token"u8.ToArray()),
        });
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            Assert.InRange(world.Network.Elapsed.TotalSeconds, 3, 3.1);
            var errors = world.Changes.Select(pair => pair.Change.Error).OfType<UdpackException>().ToArray();
            Assert.Equal([UdpackError.TokenUnavailable, UdpackError.TokenUnavailable], errors.Select(error => error.Error));
            Assert.Equal("The token provider failed: no tokens today", errors[0].Message);
            Assert.IsType<InvalidTimeZoneException>(errors[0].InnerException);
        });
    }

    [Fact]
    public async Task One_that_does_not_heed_its_cancellation_does_not_hold_up_the_host()
    {
        await using var world = new ClientWorld();
        var never = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.ClientBuilder.AddTokenProvider((_, _) => new ValueTask<ReadOnlyMemory<byte>>(never.Task));
        await world.RunWithServerAsync(async server =>
        {
            await world.DelayAsync(1);
            var before = world.Network.Elapsed;
            await world.Host.StopAsync();
            Assert.Equal((before, Closed), (world.Network.Elapsed, world.Connection.State));

            never.SetResult("token"u8.ToArray());
            await world.DelayAsync(10);
            Assert.DoesNotContain(server.Sessions, session => session.CloseReason is null);
        });
    }

    [Fact]
    public async Task The_host_that_stops_cancels_it()
    {
        await using var world = new ClientWorld();
        var cancelled = new TaskCompletionSource();
        world.ClientBuilder.AddTokenProvider(async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, world.Network.TimeProvider, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.SetResult();
                throw;
            }

            return default;
        });
        world.Network.AddHost(ClientWorld.ServerName, ClientWorld.Server.Address);
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(1);
            await world.Host.StopAsync();
            await cancelled.Task;
        });
        Assert.Equal([Connecting, Closed], world.Changes.Select(pair => pair.Change.Current));
    }

    private sealed class Counting : IUdpackTokenProvider
    {
        private int _asked;

        public ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{context.ClientName} {++_asked}"));
    }
}
