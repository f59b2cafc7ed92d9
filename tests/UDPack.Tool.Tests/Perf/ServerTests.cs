using System.Text.Json;
using UDPack.Tool.Connections;
using UDPack.Tool.Perf;

namespace UDPack.Tool.Tests.Perf;

public sealed class ServerTests
{
    [Fact]
    public async Task Serves_clients_at_the_same_time_and_writes_a_line_about_each()
    {
        await using var pair = new PerfPair();

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => pair.RunAsync(plan => plan with { Bulk = PerfDirection.Both, Bytes = 500_000, Streams = 2, EchoMessages = 10, EchoRate = 1000 })));

        Assert.All(reports, report => Assert.True(report.Verified));
        Assert.True(await pair.StopAsync());
        Assert.Equal(4, pair.Lines.Length);
        Assert.All(pair.Lines, line => Assert.Matches(@"^127\.0\.0\.1:\d+: up .* at .*, down .*, 10 echoes, \d+ of \d+ datagrams lost, CPU ", line));
    }

    [Fact]
    public async Task Writes_json()
    {
        await using var pair = new PerfPair(json: true);

        await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Up, Bytes = 1000 });

        Assert.True(await pair.StopAsync());
        using var line = JsonDocument.Parse(Assert.Single(pair.Lines));
        Assert.Equal("measured", line.RootElement.GetProperty("type").GetString());
        Assert.Equal(1000, line.RootElement.GetProperty("up").GetProperty("bytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, line.RootElement.GetProperty("down").ValueKind);
        Assert.Equal("bbr", line.RootElement.GetProperty("server").GetProperty("congestion").GetString());
    }

    [Fact]
    public async Task Nothing_is_left_of_a_client_that_is_gone()
    {
        await using var pair = new PerfPair(once: true);

        await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Up, Bytes = 1000 });

        Assert.True(await pair.Serving);
        Assert.Equal(0, pair.Server.ActiveClients);
    }

    [Fact]
    public async Task A_client_that_gives_up_is_a_failure_of_a_server_that_serves_one()
    {
        await using var pair = new PerfPair(once: true);
        using var interrupt = new CancellationTokenSource();

        var running = new PerfClient(pair.Plan with { EchoMessages = 1_000_000, EchoRate = 100 }, new InterruptWriter(interrupt)).RunAsync(interrupt.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(await pair.Serving);
        Assert.Contains(": failed: ", Assert.Single(pair.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_running_measurements_which_learn_of_it()
    {
        await using var pair = new PerfPair();
        using var started = new CancellationTokenSource();
        var running = new PerfClient(pair.Plan with { Bulk = PerfDirection.Both, Duration = TimeSpan.FromMinutes(10) }, new InterruptWriter(started))
            .RunAsync(CancellationToken.None);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, started.Token), running);

        Assert.True(await pair.StopAsync());

        var failure = await Assert.ThrowsAsync<UdpackException>(() => running);
        Assert.Equal(UdpackError.SessionAborted, failure.Error);
        Assert.EndsWith(": failed: the server was stopped.", Assert.Single(pair.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_version_is_refused_with_the_reason()
    {
        await using var pair = new PerfPair(once: true);
        await using var session = await UdpackClient.ConnectAsync(ConnectionOptions.Of(pair.Plan.Connection));
        var control = await session.OpenStreamAsync();

        await control.SendAsync("""{"version":2,"up":true,"down":false,"bytes":1,"packetBytes":1,"bulkStreams":1,"echoStreams":0,"datagrams":false}"""u8.ToArray());

        using var answer = await control.ReceiveAsync();
        Assert.Contains("use the same version of udpack on both sides", System.Text.Encoding.UTF8.GetString(answer.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_request_ends_the_session()
    {
        await using var pair = new PerfPair(once: true);
        await using var session = await UdpackClient.ConnectAsync(ConnectionOptions.Of(pair.Plan.Connection));
        var control = await session.OpenStreamAsync();

        await control.SendAsync("hello"u8.ToArray());

        Assert.False(await pair.Serving);
        Assert.Contains("does not speak the perf protocol", Assert.Single(pair.Lines), StringComparison.Ordinal);
        await Assert.ThrowsAsync<UdpackException>(async () => await control.ReceiveAsync());
    }

    /// <summary>Cancels when the first progress is written.</summary>
    private sealed class InterruptWriter(CancellationTokenSource source) : StringWriter
    {
        public override void Flush() => source.Cancel();
    }
}
