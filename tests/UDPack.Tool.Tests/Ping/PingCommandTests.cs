using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using UDPack.Tool.Connections;
using UDPack.Tool.Ping;
using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests.Ping;

public sealed class PingCommandTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_servers_transport_answers_and_its_application_sees_nothing()
    {
        await using var listener = UdpackListener.Listen(ConnectionOptions.Of(EchoPair.Binding(_folder)));
        var accepting = listener.AcceptSessionAsync().AsTask();

        var result = await ToolFolder.RunAsync(_folder.Client("ping", listener.LocalEndPoint, "--count", "3", "--interval", "0.02", "--timeout", "60"));

        Assert.Equal((ExitCodes.Success, ""), (result.Code, result.Error));
        Assert.StartsWith($"Connected to udp://{listener.LocalEndPoint} in ", result.Lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^  name \d.* ms, key work \d.* ms, first answer \d.* ms, ready \d.* ms$", result.Lines[1]);
        Assert.All(Enumerable.Range(1, 3), seq => Assert.Matches($@"^seq={seq} time=\d+\.\d+ ms$", result.Lines[seq + 1]));
        Assert.Equal("3 sent, 3 received, 0 lost (0 %)", result.Lines[5]);
        Assert.Matches("^Round trip: min .*, avg .*, p50 .*, p99 .*, max .*, stddev ", result.Lines[6]);
        var figures = (await accepting).GetStatistics();
        Assert.Equal((0, 0, 0), (figures.PacketsReceived, figures.MessagesReceived, figures.OpenStreams));
    }

    [Fact]
    public async Task A_server_that_sends_all_the_time_answers_every_ping()
    {
        await using var listener = UdpackListener.Listen(ConnectionOptions.Of(EchoPair.Binding(_folder)));
        using var stop = new CancellationTokenSource();
        var sending = SendAllTheTimeAsync(listener, stop.Token);

        // Far more often than it is pinged: a session that only pings after silence would never.
        var result = await ToolFolder.RunAsync(_folder.Client("ping", listener.LocalEndPoint, "--count", "5", "--interval", "0.2", "--timeout", "60"));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal((ExitCodes.Success, ""), (result.Code, result.Error));
        Assert.Contains("5 sent, 5 received, 0 lost (0 %)", result.Lines);
    }

    [Theory]
    [InlineData(PingMethod.Transport)]
    [InlineData(PingMethod.Packets)]
    [InlineData(PingMethod.Messages)]
    public async Task Nothing_that_a_server_sends_unasked_waits_for_a_reader(object method)
    {
        await using var listener = UdpackListener.Listen(ConnectionOptions.Of(EchoPair.Binding(_folder)));
        using var stop = new CancellationTokenSource();
        var pinging = new Pinger(
            new PingPlan
            {
                Connection = EchoPair.Connection(_folder, listener.LocalEndPoint),
                Interval = TimeSpan.FromMilliseconds(10),
                Timeout = ToolFolder.Patience,
                Method = (PingMethod)method,
            },
            new InterruptingLog(stop, after: long.MaxValue)).RunAsync(stop.Token);
        await using var session = await listener.AcceptSessionAsync().AsTask().WaitAsync(ToolFolder.Patience);
        var echo = EchoAsync(session, (PingMethod)method);

        await SendUnaskedAsync(session).WaitAsync(ToolFolder.Patience);

        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Success, await pinging.WaitAsync(ToolFolder.Patience));
        await echo.WaitAsync(ToolFolder.Patience);
    }

    [Theory]
    [InlineData("packets", "--echo", "--size", "100k")]
    [InlineData("messages", "--echo", "--datagrams", "--size", "1000")]
    public async Task An_echo_servers_application_answers(string method, params string[] options)
    {
        await using var pair = new EchoPair(_folder);

        var result = await ToolFolder.RunAsync(
            _folder.Client("ping", pair.Server.LocalEndPoint, ["--count", "3", "--interval", "0.01", "--timeout", "60", "--json", .. options]));

        Assert.Equal((ExitCodes.Success, ""), (result.Code, result.Error));
        var lines = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["handshake", "roundTrip", "roundTrip", "roundTrip", "summary"], lines.Select(line => line.GetProperty("type").GetString()));
        Assert.All(lines[1..4], line => Assert.True(line.GetProperty("ms").GetDouble() > 0));
        Assert.Equal((method, 3), (lines[4].GetProperty("method").GetString(), lines[4].GetProperty("received").GetInt64()));
        Assert.True(lines[0].GetProperty("attempts").GetInt32() >= 1);
        await pair.StopAsync();
    }

    [Fact]
    public async Task A_server_that_returns_nothing_is_told_from_one_that_does_not_answer()
    {
        await using var listener = UdpackListener.Listen(ConnectionOptions.Of(EchoPair.Binding(_folder)));

        var result = await ToolFolder.RunAsync(_folder.Client("ping", listener.LocalEndPoint, "--echo", "--count", "2", "--interval", "0.01", "--timeout", "0.1"));

        Assert.Equal(ExitCodes.Timeout, result.Code);
        Assert.Contains("seq=2 no answer", result.Output, StringComparison.Ordinal);
        Assert.Contains("2 sent, 0 received, 2 lost (100 %)", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("Connected, but nothing came back.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupting_it_prints_the_summary_and_is_no_failure()
    {
        await using var pair = new EchoPair(_folder);
        using var interrupt = new CancellationTokenSource();
        var log = new InterruptingLog(interrupt, after: 3);

        var code = await new Pinger(
            new PingPlan { Connection = EchoPair.Connection(_folder, pair.Server.LocalEndPoint), Interval = TimeSpan.FromMilliseconds(10), Timeout = ToolFolder.Patience },
            log).RunAsync(interrupt.Token).WaitAsync(ToolFolder.Patience);

        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal(3, Assert.Single(log.Summaries).Received);
    }

    [Fact]
    public async Task A_server_that_goes_away_is_a_failure_after_the_summary()
    {
        var pair = new EchoPair(_folder);
        using var stop = new CancellationTokenSource();
        using var stopping = stop.Token.Register(() => _ = pair.StopAsync());
        var log = new InterruptingLog(stop, after: 2);

        var failure = await Assert.ThrowsAsync<UdpackException>(() => new Pinger(
            new PingPlan { Connection = EchoPair.Connection(_folder, pair.Server.LocalEndPoint), Interval = TimeSpan.FromMilliseconds(10) },
            log).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience));

        Assert.Equal(ExitCodes.SessionLost, Failures.Explain(failure)!.Value.ExitCode);
        Assert.True(Assert.Single(log.Summaries).Received >= 2);
        await pair.DisposeAsync();
    }

    [Fact]
    public async Task Another_token_is_refused()
    {
        await using var pair = new EchoPair(_folder);

        var result = await ToolFolder.RunAsync(["ping", $"{pair.Server.LocalEndPoint}", "--public-key", _folder.PublicFile, "--token", "another"]);

        Assert.Equal((ExitCodes.AuthenticationFailed, ""), (result.Code, result.Output));
        Assert.Matches("^The server at .* refused the token .*Give both sides the same --token", result.Error);
        Assert.Contains(await pair.StopAsync(), line => line.StartsWith("refused 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_there_is_a_timeout()
    {
        using var silent = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var result = await ToolFolder.RunAsync(_folder.Client("ping", silent.LocalEndPoint!, "--connect-timeout", "0.2"));

        Assert.Equal(ExitCodes.Timeout, result.Code);
        Assert.Single(result.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_server_whose_validator_fails_is_a_failed_handshake()
    {
        var options = ConnectionOptions.Of(EchoPair.Binding(_folder), _ => throw new InvalidOperationException("on purpose"));
        await using var listener = UdpackListener.Listen(options);

        var result = await ToolFolder.RunAsync(["ping", $"{listener.LocalEndPoint}", "--public-key", _folder.PublicFile, "--token", "another"]);

        Assert.Equal(ExitCodes.HandshakeFailed, result.Code);
        Assert.Contains("refused the handshake", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_fits_into_no_datagram_is_explained()
    {
        await using var pair = new EchoPair(_folder);

        var result = await ToolFolder.RunAsync(_folder.Client("ping", pair.Server.LocalEndPoint, "--echo", "--datagrams", "--size", "100k"));

        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Matches(new Regex("^--size 100000 is too large: the other side takes at most \\d+ bytes"), result.Error);
    }

    [Theory]
    [InlineData("--datagrams and --size are for --echo", "--size", "100")]
    [InlineData("--datagrams and --size are for --echo", "--datagrams")]
    [InlineData("--size takes 16 to 16,777,216 bytes", "--echo", "--size", "15")]
    [InlineData("--interval takes 0.01 to 10", "--interval", "0")]
    [InlineData("--count takes a whole number", "--count", "0")]
    public async Task Wrong_arguments_are_explained(string message, params string[] options)
    {
        var result = await ToolFolder.RunAsync(_folder.Client("ping", "127.0.0.1:9", options));

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    /// <summary>More of each than fits where nobody takes it.</summary>
    private static async Task SendUnaskedAsync(UdpackSession session)
    {
        for (var i = 0; i < 50; i++)
        {
            await session.SendAsync(new byte[100_000]);
        }

        await session.SendAndConfirmAsync(new byte[1]);
        for (uint key = 0; key < 3 * UdpackSession.MaxLatestKeys; key++)
        {
            while (!session.TrySendLatest(key, [1]))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1));
            }
        }

        for (var i = 0; i < session.MaxStreams + 1; i++)
        {
            await using var stream = await session.OpenStreamAsync();
            var failure = await Assert.ThrowsAsync<UdpackException>(async () =>
            {
                await stream.SendAsync(new byte[100]);
                await stream.ReadsClosed;
            });
            Assert.Equal(UdpackError.StreamAborted, failure.Error);
        }
    }

    private static async Task EchoAsync(UdpackSession session, PingMethod method)
    {
        try
        {
            while (true)
            {
                using var packet = method == PingMethod.Messages ? await session.ReceiveDatagramAsync() : await session.ReceiveAsync();
                if (method == PingMethod.Messages)
                {
                    session.SendDatagram(packet.Span);
                }
                else
                {
                    await session.SendAsync(packet.Memory);
                }
            }
        }
        catch (UdpackException)
        {
            // The end of the pings.
        }
    }

    private static async Task SendAllTheTimeAsync(UdpackListener listener, CancellationToken cancellationToken)
    {
        await using var session = await listener.AcceptSessionAsync(cancellationToken);
        while (true)
        {
            session.TrySend(new byte[100]);
            session.TrySendDatagram(new byte[100]);
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
    }

    private sealed class InterruptingLog(CancellationTokenSource source, long after) : PingLog
    {
        public List<PingSummary> Summaries { get; } = [];

        public override void Connected(HandshakeLine handshake) => Assert.True(handshake.TotalMs > 0);

        public override void RoundTrip(RoundTripLine roundTrip)
        {
            if (roundTrip.Seq == after)
            {
                source.Cancel();
            }
        }

        public override void Summary(PingSummary summary) => Summaries.Add(summary);
    }
}
