using System.Text.Json;
using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests.Serve;

public sealed class EchoServerTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Returns_packets_messages_and_streams_and_sums_them_up()
    {
        await using var pair = new EchoPair(_folder, json: true);
        await using (var session = await pair.ConnectAsync())
        {
            await session.SendAsync("packet"u8.ToArray());
            Assert.Equal("packet"u8.ToArray(), (await session.ReceiveAsync().AsTask().WaitAsync(ToolFolder.Patience)).Memory.ToArray());

            session.SendDatagram("message!"u8);
            Assert.Equal("message!"u8.ToArray(), (await session.ReceiveDatagramAsync().AsTask().WaitAsync(ToolFolder.Patience)).Memory.ToArray());

            var stream = await session.OpenStreamAsync();
            await stream.SendAsync("stream"u8.ToArray());
            Assert.Equal("stream"u8.ToArray(), (await stream.ReceiveAsync().AsTask().WaitAsync(ToolFolder.Patience)).Memory.ToArray());
            stream.CompleteWrites();
            Assert.True((await stream.ReceiveAsync().AsTask().WaitAsync(ToolFolder.Patience)).IsEnd);
        }

        var lines = (await pair.StopAsync()).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(line => line.GetProperty("type").GetString()!);
        Assert.Equal(["connected", "ended", "listening", "stopped", "stopping"], lines.Keys.Order(StringComparer.Ordinal));
        var ended = lines["ended"];
        Assert.Equal((1, 6), (ended.GetProperty("packets").GetInt64(), ended.GetProperty("packetBytes").GetInt64()));
        Assert.Equal((1, 8), (ended.GetProperty("messages").GetInt64(), ended.GetProperty("messageBytes").GetInt64()));
        Assert.Equal((1, 6), (ended.GetProperty("streams").GetInt64(), ended.GetProperty("streamBytes").GetInt64()));
        Assert.Equal("ClosedByPeer", ended.GetProperty("cause").GetString());
        Assert.Equal(lines["connected"].GetProperty("session").GetString(), ended.GetProperty("session").GetString());
        Assert.Equal(1, lines["stopped"].GetProperty("sessions").GetInt64());
    }

    [Fact]
    public async Task Without_streams_none_can_be_opened()
    {
        await using var pair = new EchoPair(_folder, streams: false);
        await using var session = await pair.ConnectAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.OpenStreamAsync());
    }

    [Fact]
    public async Task Stopping_delivers_what_was_sent_and_closes_in_order()
    {
        await using var pair = new EchoPair(_folder);
        await using var session = await pair.ConnectAsync();
        await session.SendAndConfirmAsync("last"u8.ToArray());
        using var packet = await session.ReceiveAsync().AsTask().WaitAsync(ToolFolder.Patience);

        var lines = await pair.StopAsync();

        var failure = await Assert.ThrowsAsync<UdpackException>(() => session.ReceiveAsync().AsTask().WaitAsync(ToolFolder.Patience));
        Assert.Equal(UdpackError.SessionClosed, failure.Error);
        Assert.Contains("Stopping; sessions that may finish: 1.", lines);
        Assert.Contains(lines, line => line.Contains("1 packet with 4 B", StringComparison.Ordinal));
        Assert.StartsWith("Sessions: 1; ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_tells_of_handshakes_and_streams()
    {
        await using var pair = new EchoPair(_folder, verbose: true);
        await using (var session = await pair.ConnectAsync())
        {
            var stream = await session.OpenStreamAsync();
            await stream.SendAsync("stream"u8.ToArray());
            stream.CompleteWrites();
            await stream.WritesClosed.WaitAsync(ToolFolder.Patience);
            await stream.ReadsClosed.WaitAsync(ToolFolder.Patience);
        }

        var lines = await pair.StopAsync();
        Assert.Contains(lines, line => line.StartsWith("handshake ", StringComparison.Ordinal) && line.Contains(" Confirmation, Ready after ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("stream ", StringComparison.Ordinal) && line.EndsWith(" opened", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("stream ", StringComparison.Ordinal) && line.Contains(" ended: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_in_use_is_explained()
    {
        await using var pair = new EchoPair(_folder);

        var result = await ToolFolder.RunAsync(["serve", "--listen", $"{pair.Server.LocalEndPoint}", "--key", _folder.KeyFile, "--token", ToolFolder.Token]);

        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.Contains("Choose another address or port, or stop the program that has it.", result.Error, StringComparison.Ordinal);
    }
}
