using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace UDPack.Testing.Tests.Network;

/// <summary>What a listener logs of clients that get no session, or lose it, without having done anything wrong.</summary>
public sealed class ListenerLogTests
{
    private readonly FakeLogCollector _lines = new();

    [Fact]
    public async Task A_session_whose_client_moves_to_a_full_address_is_told_with_both_addresses_and_the_limit()
    {
        await using var network = new SimulatedNetwork(3);
        using var loggers = Loggers();
        await using var listener = Net.Listen(network, change: options => (options.MaxSessionsPerAddress, options.LoggerFactory) = (1, loggers));
        await network.RunAsync(async () =>
        {
            _ = Net.EchoAsync(listener);
            await using var there = Net.Client(network, change: static options => options.LocalEndPoint = IPEndPoint.Parse("10.0.0.1:0"));
            await using var mover = Net.Client(network, change: static options => options.LocalEndPoint = IPEndPoint.Parse("10.0.0.2:0"));
            await (await there.ConnectAsync()).EchoesAsync("here");
            var session = await mover.ConnectAsync();
            await session.EchoesAsync("before");
            var (before, after) = (session.LocalEndPoint, network.Rebind(session.LocalEndPoint, IPAddress.Parse("10.0.0.1")));

            await session.SendTextAsync("after");
            await Assert.ThrowsAsync<UdpackException>(async () => await session.ReceiveTextAsync());
            Assert.Equal(GoAwayReason.Moved, session.CloseReason!.Reason);

            var line = Assert.Single(_lines.GetSnapshot(), static line => line.Id.Id == 1024);
            Assert.Equal(
                (LogLevel.Information, $"Endpoint default: session {session.Id:x8} of nobody moved from {before} to {after} and was ended, MaxSessionsPerAddress is 1. 0 more were not logged"),
                (line.Level, line.Message));
        });
    }

    [Fact]
    public async Task Handshakes_beyond_the_rate_of_their_prefix_are_told_with_the_setting()
    {
        await using var network = new SimulatedNetwork(4);
        using var loggers = Loggers();
        await using var listener = Net.Listen(network, change: options =>
            (options.HandshakeRatePerPrefix, options.HandshakeBurstPerPrefix, options.LoggerFactory) = (1, 1, loggers));
        await network.RunAsync(async () =>
        {
            await using var first = Net.Client(network, change: static options => options.LocalEndPoint = IPEndPoint.Parse("10.0.0.1:0"));
            await using var second = Net.Client(network, change: static options => options.LocalEndPoint = IPEndPoint.Parse("10.0.0.2:0"));
            await Task.WhenAll(first.ConnectAsync().AsTask(), second.ConnectAsync().AsTask());
        });

        var line = _lines.GetSnapshot().First(static line => line.Id.Id == 1025);
        Assert.Equal(LogLevel.Information, line.Level);
        Assert.Matches(
            "^Endpoint default drops handshakes of clients at 10\\.0\\.0\\.[12]:\\d+: their prefix begins more than HandshakeRatePerPrefix, 1 a second\\. 0 more were not logged$", line.Message);
    }

    [Fact]
    public async Task Handshakes_that_find_no_room_are_told_with_the_settings()
    {
        await using var network = new SimulatedNetwork(5);
        using var loggers = Loggers();
        var verdict = new TaskCompletionSource<TokenVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = Net.Listen(network, change: options =>
            (options.MaxPendingHandshakes, options.TokenValidator, options.LoggerFactory) = (1, new Waiting(verdict.Task), loggers));
        await network.RunAsync(async () =>
        {
            await using var first = Net.Client(network);
            await using var second = Net.Client(network);
            var connecting = Task.WhenAll(first.ConnectAsync().AsTask(), second.ConnectAsync().AsTask());
            await Task.Delay(TimeSpan.FromSeconds(1), network.TimeProvider);
            verdict.SetResult(TokenVerdict.Success());
            await connecting;
        });

        var line = _lines.GetSnapshot().First(static line => line.Id.Id == 1025);
        Assert.Contains("as many are pending as may be (MaxPendingHandshakes is 1), or as many wait for a worker (HandshakeQueueLength is 1024). ", line.Message, StringComparison.Ordinal);
    }

    private LoggerFactory Loggers() => new([new FakeLoggerProvider(_lines)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });

    private sealed class Waiting(Task<TokenVerdict> verdict) : ITokenValidator
    {
        public async ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            await verdict.WaitAsync(cancellationToken);
    }
}
