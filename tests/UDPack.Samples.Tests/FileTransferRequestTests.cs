using System.Text;
using System.Text.Json;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>What the file server answers to clients that are not the sample's.</summary>
public sealed class FileTransferRequestTests : IAsyncLifetime, IDisposable
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly FileTransferPrograms _files = new();
    private Program _server = null!;
    private UdpackSession _session = null!;

    public async Task InitializeAsync()
    {
        _server = _files.StartServer();
        _session = await _files.ConnectAsync(await EchoFolder.ListeningAsync(_server));
    }

    public async Task DisposeAsync()
    {
        await _session.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Names_that_lead_elsewhere_are_refused()
    {
        string[] names =
        [
            "", " ", ".", "..", "../up", "..\\up", "/etc/passwd", "a/b", "a\\b", "C:\\x", "C:x", "\\\\host\\share", "x\0y", "x\ny", ".hidden", "x.", "x ", "x:stream",
            "NUL", "com1.txt", "x.part", new string('x', 201), new string('ü', 101),
        ];
        foreach (var name in names)
        {
            foreach (var type in (string[])["put", "get"])
            {
                await using var stream = await _session.OpenStreamAsync();
                await SendAsync(stream, new { type, name, size = 0, hash = EmptyHash });
                using var answer = await ReceiveAsync(stream);
                Assert.True(TypeOf(answer) == "refused", $"{type} '{name}': {answer.RootElement}");
            }
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.Store));
        Assert.Equal(["k1.key.pem", "k1.pub.pem", "store"], Directory.GetFileSystemEntries(_files.PathOf(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ordinary.txt")]
    [InlineData("with blanks, and (more).tar.gz")]
    [InlineData("Grüße.txt")]
    [InlineData("..two")]
    public async Task Whether_a_name_is_taken(string name)
    {
        await using var stream = await _session.OpenStreamAsync();
        await SendAsync(stream, new { type = "put", name, size = 0, hash = EmptyHash });
        using var resume = await ReceiveAsync(stream);
        if (name.StartsWith('.'))
        {
            Assert.Equal("refused", TypeOf(resume));
            return;
        }

        Assert.Equal(0, resume.RootElement.GetProperty("offset").GetInt64());
        stream.CompleteWrites();
        using var stored = await ReceiveAsync(stream);
        Assert.Equal("stored", TypeOf(stored));
        Assert.True(File.Exists(Path.Combine(_files.Store, name)));
    }

    [Fact]
    public async Task Content_that_is_not_what_was_announced_gets_no_name()
    {
        await using var stream = await PutAsync("a.bin", size: 3);
        await stream.SendAsync("abc"u8.ToArray());
        stream.CompleteWrites();

        using var answer = await ReceiveAsync(stream);

        Assert.Equal("refused", TypeOf(answer));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.Store));
    }

    [Fact]
    public async Task More_bytes_than_announced_end_the_stream_only()
    {
        await using var stream = await PutAsync("a.bin", size: 3);
        await stream.SendAsync("abcd"u8.ToArray());

        await AssertAbortedAsync(stream, 257);

        await using var next = await PutAsync("a.bin", size: 3);
        await next.SendAsync("ab"u8.ToArray());
        next.CompleteWrites();
        await AssertAbortedAsync(next, 257);
        await _server.OutputAsync("More bytes came than were announced");
        await _server.OutputAsync("Fewer bytes came than were announced");
    }

    [Fact]
    public async Task What_is_no_request_ends_the_stream_only()
    {
        foreach (var packet in (string[])["", "{", "null", """{"type":"stored"}""", """{"type":"put","name":null,"size":1,"hash":""}""", """{"type":"put"}""", new string('x', 5000)])
        {
            await using var stream = await _session.OpenStreamAsync();
            await stream.SendAsync(Encoding.UTF8.GetBytes(packet));
            await AssertAbortedAsync(stream, 257);
        }

        await using var list = await _session.OpenStreamAsync();
        await SendAsync(list, new { type = "list" });
        Assert.True((await list.ReceiveAsync()).IsEnd);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public async Task A_download_does_not_begin_where_nothing_is(long offset)
    {
        _files.WriteRandom("store/a.bin", 3);
        await using var stream = await _session.OpenStreamAsync();
        await SendAsync(stream, new { type = "get", name = "a.bin" });
        using var content = await ReceiveAsync(stream);
        Assert.Equal(3, content.RootElement.GetProperty("size").GetInt64());

        await SendAsync(stream, new { type = "resume", offset });

        await AssertAbortedAsync(stream, 257);
    }

    [Fact]
    public async Task An_upload_takes_over_from_one_of_the_same_name()
    {
        await using var first = await PutAsync("a.bin", size: 3);
        await using var second = await PutAsync("a.bin", size: 3);

        await AssertAbortedAsync(first, 256);
    }

    private async Task<UdpackStream> PutAsync(string name, int size)
    {
        var stream = await _session.OpenStreamAsync();
        await SendAsync(stream, new { type = "put", name, size, hash = EmptyHash });
        using var answer = await ReceiveAsync(stream);
        Assert.Equal("resume", TypeOf(answer));
        return stream;
    }

    private static ValueTask SendAsync(UdpackStream stream, object message) => stream.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message));

    private static async Task<JsonDocument> ReceiveAsync(UdpackStream stream)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var packet = await stream.ReceiveAsync(timeout.Token);
        return JsonDocument.Parse(packet.Span.ToArray());
    }

    private static string? TypeOf(JsonDocument answer) => answer.RootElement.GetProperty("type").GetString();

    private static async Task AssertAbortedAsync(UdpackStream stream, int code)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var exception = await Assert.ThrowsAsync<UdpackException>(() => stream.ReceiveAsync(timeout.Token).AsTask());
        Assert.Equal(UdpackError.StreamAborted, exception.Error);
        Assert.Equal(code, (int?)exception.ApplicationCode);
    }
}
