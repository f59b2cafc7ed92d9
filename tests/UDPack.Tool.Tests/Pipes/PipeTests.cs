using System.Security.Cryptography;
using UDPack.Tool.Connections;
using UDPack.Tool.Pipes;
using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests.Pipes;

public sealed class PipeTests : IDisposable
{
    private readonly ToolFolder _folder = new();
    private readonly StringWriter _log = new();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Both_directions_carry_everything_to_its_end()
    {
        var (up, down) = (RandomNumberGenerator.GetBytes(3_000_001), RandomNumberGenerator.GetBytes(1_000_003));
        var (atServer, atClient) = (new MemoryStream(), new MemoryStream());
        await using var server = Listen(new MemoryStream(down), atServer);
        var serving = server.RunAsync(CancellationToken.None);

        await Client(server, new MemoryStream(up), atClient).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience);
        await serving.WaitAsync(ToolFolder.Patience);

        Assert.Equal(SHA256.HashData(up), SHA256.HashData(atServer.ToArray()));
        Assert.Equal(SHA256.HashData(down), SHA256.HashData(atClient.ToArray()));
        Assert.Contains("\"receivedBytes\":3000001", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"sentBytes\":3000001", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_side_that_listens_may_speak_first()
    {
        var atClient = new SignalStream();
        await using var server = Listen(new MemoryStream("hello"u8.ToArray()), new MemoryStream());
        var serving = server.RunAsync(CancellationToken.None);
        var input = new EndlessStream();

        var sending = Client(server, input, atClient).RunAsync(CancellationToken.None);
        await atClient.Written.WaitAsync(ToolFolder.Patience);
        input.End();

        await sending.WaitAsync(ToolFolder.Patience);
        await serving.WaitAsync(ToolFolder.Patience);
        Assert.Equal(1, input.Reads);
    }

    [Fact]
    public async Task Who_does_not_read_slows_the_sender_down()
    {
        const int Size = 256 * 1024 * 1024;
        var input = new CountingStream(Size);
        using var gate = new ManualResetEventSlim();
        await using var server = Listen(null, new GatedStream(gate));
        var serving = server.RunAsync(CancellationToken.None);

        var sending = Client(server, input, new MemoryStream()).RunAsync(CancellationToken.None);
        var all = await Task.WhenAny(input.Ended, Task.Delay(TimeSpan.FromSeconds(2)));

        Assert.NotSame(input.Ended, all);
        Assert.InRange(input.Position, 1, Size / 2);
        gate.Set();
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending.WaitAsync(ToolFolder.Patience));
        await Assert.ThrowsAnyAsync<Exception>(() => serving.WaitAsync(ToolFolder.Patience));
    }

    [Fact]
    public async Task Output_that_fails_is_a_failure_at_both_ends()
    {
        await using var server = Listen(null, new BrokenStream());
        var serving = server.RunAsync(CancellationToken.None);

        var failure = await Record.ExceptionAsync(
            () => Client(server, new EndlessStream(first: 1000), new MemoryStream()).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience));

        Assert.Equal(ExitCodes.SessionLost, Failures.Explain(failure!)!.Value.ExitCode);
        await Assert.ThrowsAsync<IOException>(() => serving.WaitAsync(ToolFolder.Patience));
    }

    [Fact]
    public async Task What_arrived_and_could_not_be_written_is_a_failure_at_both_ends()
    {
        await using var server = Listen(null, new BrokenStream());
        var serving = server.RunAsync(CancellationToken.None);

        var failure = await Record.ExceptionAsync(
            () => Client(server, new MemoryStream(new byte[1000]), new MemoryStream()).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience));

        Assert.Equal(ExitCodes.SessionLost, Failures.Explain(failure!)!.Value.ExitCode);
        await Assert.ThrowsAsync<IOException>(() => serving.WaitAsync(ToolFolder.Patience));
    }

    [Fact]
    public async Task A_session_that_ends_while_input_is_awaited_is_a_failure()
    {
        await using var listener = UdpackListener.Listen(ConnectionOptions.Of(EchoPair.Binding(_folder)));
        var sending = new PipeClient(EchoPair.Connection(_folder, listener.LocalEndPoint), End(new EndlessStream(), new MemoryStream())).RunAsync(CancellationToken.None);
        var session = await listener.AcceptSessionAsync().AsTask().WaitAsync(ToolFolder.Patience);
        var stream = await session.AcceptStreamAsync().AsTask().WaitAsync(ToolFolder.Patience);

        stream.CompleteWrites();
        await stream.WritesClosed.WaitAsync(ToolFolder.Patience);
        await session.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ToolException>(() => sending.WaitAsync(ToolFolder.Patience));
        Assert.Equal(ExitCodes.SessionLost, failure.ExitCode);
    }

    [Fact]
    public async Task Kept_open_it_takes_one_session_after_another_and_survives_those_that_fail()
    {
        var output = new MemoryStream();
        using var stop = new CancellationTokenSource();
        await using var server = Listen(null, output, keepOpen: true);
        var serving = server.RunAsync(stop.Token);

        await Client(server, new MemoryStream("one "u8.ToArray()), new MemoryStream()).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience);
        await using (var session = await UdpackClient.ConnectAsync(ConnectionOptions.Of(EchoPair.Connection(_folder, server.LocalEndPoint))))
        {
            session.Abort();
        }

        await Client(server, new MemoryStream("two"u8.ToArray()), new MemoryStream()).RunAsync(CancellationToken.None).WaitAsync(ToolFolder.Patience);
        await stop.CancelAsync();
        await serving.WaitAsync(ToolFolder.Patience);

        Assert.Equal("one two"u8.ToArray(), output.ToArray());
        Assert.Contains("\"type\":\"failed\"", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_streams_is_explained()
    {
        await using var pair = new EchoPair(_folder, streams: false);

        var result = await ToolFolder.RunAsync(_folder.Client("send", pair.Server.LocalEndPoint, "--no-input"));

        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.StartsWith("The server accepts no streams. ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupting_it_tells_the_other_side()
    {
        using var interrupt = new CancellationTokenSource();
        var output = new SignalStream();
        await using var server = Listen(null, output);
        var serving = server.RunAsync(CancellationToken.None);
        var sending = Client(server, new EndlessStream(first: 10), new MemoryStream()).RunAsync(interrupt.Token);
        await output.Written.WaitAsync(ToolFolder.Patience);

        await interrupt.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(ToolFolder.Patience));
        await Assert.ThrowsAsync<UdpackException>(() => serving.WaitAsync(ToolFolder.Patience));
    }

    private PipeServer Listen(Stream? input, Stream output, bool keepOpen = false) =>
        new(EchoPair.Binding(_folder), null, End(input, output), keepOpen);

    private PipeClient Client(PipeServer server, Stream input, Stream output) =>
        new(EchoPair.Connection(_folder, server.LocalEndPoint), End(input, output)) { WordTimeout = ToolFolder.Patience };

    private PipeEnd End(Stream? input, Stream output) =>
        new() { Input = input, Output = output, Log = PipeLog.To(TextWriter.Synchronized(_log), isJson: true, verbose: false) };
}
