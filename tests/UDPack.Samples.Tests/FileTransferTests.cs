using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>Files go up and down, whatever is killed on the way.</summary>
public sealed partial class FileTransferTests : IDisposable
{
    private const int Size = 8 << 20;

    // Slow enough that there is something left when a process is killed in the middle.
    private const string Slowly = "--FileTransfer:MaxBytesPerSecond=1500000";

    private readonly FileTransferPrograms _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task An_upload_goes_on_after_the_server_was_killed_and_started_again()
    {
        await using var first = _files.StartServer();
        await UploadOverRestartAsync(first, first.KillAsync);
    }

    [UnixFact]
    public async Task An_upload_goes_on_after_the_server_was_stopped_and_started_again()
    {
        await using var first = _files.StartServer();
        await UploadOverRestartAsync(first, async () =>
        {
            first.Terminate();
            Assert.Equal(0, await first.ExitAsync());
        });
    }

    [Fact]
    public async Task An_upload_goes_on_when_the_client_was_killed_and_runs_again()
    {
        var content = _files.WriteRandom("big.bin", Size);
        await using var server = _files.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var killed = _files.StartClient(endpoint, "put", "big.bin", Slowly);
        await killed.OutputAsync("upload big.bin: 20 %");
        await killed.KillAsync();

        // The server does not know yet that the first client is gone.
        var output = await _files.RunClientAsync(endpoint, "put", "big.bin");

        AssertResumed(output.First(line => line.Contains("goes on at", StringComparison.Ordinal)));
        await server.OutputAsync("upload of big.bin is taken over by another");
        AssertStored("big.bin", content);
    }

    [Fact]
    public async Task A_download_goes_on_after_the_server_was_killed_and_started_again()
    {
        await using var first = _files.StartServer(0, Slowly);
        var content = _files.WriteRandom("store/big.bin", Size);
        var endpoint = await EchoFolder.ListeningAsync(first);
        await using var client = _files.StartClient(endpoint, "get", "big.bin", "mine.bin");
        await client.OutputAsync("download big.bin: 20 %");

        await first.KillAsync();
        await using var second = _files.StartServer(endpoint.Port);

        AssertResumed(await second.OutputAsync("download of big.bin from"));
        Assert.Equal(0, await client.ExitAsync());
        Assert.Contains($"download big.bin: complete, SHA-256 {Hash(content)}", client.Output);
        Assert.Equal(content, await File.ReadAllBytesAsync(_files.PathOf("mine.bin")));
        Assert.Empty(Parts(_files.PathOf(".")));
    }

    [Fact]
    public async Task A_download_goes_on_when_the_client_was_killed_and_runs_again()
    {
        await using var server = _files.StartServer(0, Slowly);
        var content = _files.WriteRandom("store/big.bin", Size);
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var killed = _files.StartClient(endpoint, "get", "big.bin", "mine.bin");
        await killed.OutputAsync("download big.bin: 20 %");
        await killed.KillAsync();
        Assert.False(File.Exists(_files.PathOf("mine.bin")));

        var output = await _files.RunClientAsync(endpoint, "get", "big.bin", "mine.bin");

        AssertResumed(output.First(line => line.Contains("goes on at", StringComparison.Ordinal)));
        Assert.Equal(content, await File.ReadAllBytesAsync(_files.PathOf("mine.bin")));
    }

    [Fact]
    public async Task A_part_of_other_content_is_not_gone_on_with()
    {
        await using var server = _files.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        _files.WriteRandom("a.bin", Size);
        await using var killed = _files.StartClient(endpoint, "put", "a.bin", Slowly);
        await killed.OutputAsync("upload a.bin: 10 %");
        await killed.KillAsync();

        var changed = _files.WriteRandom("a.bin", Size);
        var output = await _files.RunClientAsync(endpoint, "put", "a.bin");

        Assert.Equal($"upload a.bin: begins, {Size} bytes", output[0]);
        Assert.Equal(changed, await File.ReadAllBytesAsync(Path.Combine(_files.Store, "a.bin")));
    }

    [Fact]
    public async Task Many_files_go_at_once_and_are_listed_and_come_back()
    {
        await using var server = _files.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        var contents = Enumerable.Range(0, 6).ToDictionary(i => $"file {i}.bin", i => _files.WriteRandom($"up/file {i}.bin", i * 100_000));

        await _files.RunClientAsync(endpoint, "put", "up");
        var list = await _files.RunClientAsync(endpoint, "list");
        await _files.RunClientAsync(endpoint, "get", "--all", "down");

        Assert.Equal(contents.Keys, list.Select(line => line[35..]));
        foreach (var (name, content) in contents)
        {
            AssertStored(name, content);
            Assert.Equal(content, await File.ReadAllBytesAsync(_files.PathOf($"down/{name}")));
        }
    }

    [Fact]
    public async Task What_the_server_has_is_not_sent_again_and_what_changed_replaces_it()
    {
        await using var server = _files.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        _files.WriteRandom("a.bin", 100_000);
        await _files.RunClientAsync(endpoint, "put", "a.bin", "x.bin");

        var again = await _files.RunClientAsync(endpoint, "put", "a.bin", "x.bin");
        Assert.Equal("upload x.bin: goes on at 100000 of 100000 bytes", again[0]);

        var changed = _files.WriteRandom("a.bin", 50_000);
        await _files.RunClientAsync(endpoint, "put", "a.bin", "x.bin");
        AssertStored("x.bin", changed);
    }

    [Fact]
    public async Task Files_that_are_too_large_or_not_there_are_refused()
    {
        await using var server = _files.StartServer(0, "--FileTransfer:MaxFileBytes=1000");
        var endpoint = await EchoFolder.ListeningAsync(server);
        _files.WriteRandom("a.bin", 1001);

        await using var large = _files.StartClient(endpoint, "put", "a.bin");
        await large.FailsWithAsync("error: a file may have 1000 bytes, and this has 1001");
        await using var missing = _files.StartClient(endpoint, "get", "b.bin");
        await missing.FailsWithAsync("error: the server has no such file");
        await using var local = _files.StartClient(endpoint, "put", "c.bin");
        await local.FailsWithAsync("error: *c.bin*");
        await using var path = _files.StartClient(endpoint, "get", "../b.bin");
        await path.FailsWithAsync("error: ../b.bin: a file's name has no path *");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.Store));
    }

    [Fact]
    public async Task Without_the_token_nothing_is_done()
    {
        await using var server = _files.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);

        await using var client = _files.StartClient(endpoint, "list", "--FileTransfer:Token=a token of somebody else");

        await client.FailsWithAsync("error: The client 'files' has given up: * refused the token *");
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up()
    {
        await using var client = _files.StartClient(
            new IPEndPoint(IPAddress.Loopback, 9), "list", "--FileTransfer:GiveUpAfter=00:00:00.1", "--Udpack:Clients:files:Handshake:RetryCount=0");

        await client.FailsWithAsync("error: The client 'files' has given up: *");
    }

    [Fact]
    public async Task Old_parts_are_deleted()
    {
        _files.WriteRandom("store/old.bin.0123456789abcdef.part", 1000);
        _files.WriteRandom("store/new.bin.0123456789abcdef.part", 1000);
        File.SetLastWriteTimeUtc(Path.Combine(_files.Store, "old.bin.0123456789abcdef.part"), DateTime.UtcNow.AddDays(-8));

        await using var server = _files.StartServer();

        await server.OutputAsync("deleted 1 partial files that nobody went on with");
        Assert.Equal("new.bin.0123456789abcdef.part", Path.GetFileName(Assert.Single(Parts(_files.Store))));
    }

    private async Task UploadOverRestartAsync(Program first, Func<Task> endAsync)
    {
        var content = _files.WriteRandom("big.bin", Size);
        var endpoint = await EchoFolder.ListeningAsync(first);
        await using var client = _files.StartClient(endpoint, "put", "big.bin", Slowly);
        await client.OutputAsync("upload big.bin: 20 %");

        await endAsync();
        Assert.False(File.Exists(Path.Combine(_files.Store, "big.bin")));
        var there = new FileInfo(Assert.Single(Parts(_files.Store))).Length;
        await using var second = _files.StartServer(endpoint.Port);

        Assert.Equal(there, AssertResumed(await second.OutputAsync("upload of big.bin from")));
        Assert.Equal(0, await client.ExitAsync());
        Assert.Contains($"upload big.bin: goes on at {there} of {Size} bytes", client.Output);
        Assert.Contains($"upload big.bin: complete, SHA-256 {Hash(content)}", client.Output);
        AssertStored("big.bin", content);
        Assert.Empty(Parts(_files.Store));
    }

    private static string[] Parts(string folder) => Directory.GetFiles(folder, "*.part");

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Where it went on; not at the beginning, and not at the end.</summary>
    private static long AssertResumed(string line)
    {
        var offset = long.Parse(Offset().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        Assert.InRange(offset, 1, Size - 1);
        return offset;
    }

    private void AssertStored(string name, byte[] content) => Assert.Equal(content, File.ReadAllBytes(Path.Combine(_files.Store, name)));

    [GeneratedRegex(@"(?:from|goes on at) (\d+) of ")]
    private static partial Regex Offset();
}
