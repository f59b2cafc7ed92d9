using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests.Connections;

public sealed class SharedOptionsTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("secret")]
    [InlineData("secret\n")]
    [InlineData("secret\r\n")]
    public async Task The_token_may_come_from_a_file(string text)
    {
        await using var pair = new EchoPair(_folder);

        var result = await PingAsync(pair.Server.LocalEndPoint, "--token-file", _folder.Write("token.txt", text));

        Assert.Equal((ExitCodes.Success, ""), (result.Code, result.Error));
    }

    [Fact]
    public async Task A_token_file_that_is_missing_or_empty_is_a_failure()
    {
        var missing = await PingAsync("127.0.0.1:9", "--token-file", _folder.PathOf("nowhere.txt"));
        var empty = await PingAsync("127.0.0.1:9", "--token-file", _folder.Write("empty.txt", "\n"));

        Assert.Equal((ExitCodes.Failed, ExitCodes.Failed), (missing.Code, empty.Code));
        Assert.StartsWith("The token file cannot be read: ", missing.Error, StringComparison.Ordinal);
        Assert.Contains("is empty. Write the token into it.", empty.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_log_is_written_with_a_loud_warning()
    {
        await using var pair = new EchoPair(_folder);
        var log = _folder.PathOf("keys.log");

        var result = await PingAsync(pair.Server.LocalEndPoint, "--token", "secret", "--key-log", log);

        Assert.Equal(ExitCodes.Success, result.Code);
        Assert.StartsWith($"WARNING: the SECRETS OF ALL SESSIONS are written to {log}.", result.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await File.ReadAllLinesAsync(log)).Length);
    }

    [Fact]
    public async Task A_key_log_that_cannot_be_written_is_a_failure()
    {
        var result = await PingAsync("127.0.0.1:9", "--token", "secret", "--key-log", _folder.PathOf("nowhere/keys.log"));

        Assert.Equal(ExitCodes.Failed, result.Code);
        Assert.StartsWith("The key log cannot be written: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A token is required: give --token or --token-file, or set UDPACK_TOKEN.")]
    [InlineData("--token and --token-file exclude each other.", "--token", "a", "--token-file", "b")]
    [InlineData("--token must not be empty.", "--token", "")]
    public async Task Wrong_tokens_are_explained(string message, params string[] options)
    {
        var result = await PingAsync("127.0.0.1:9", options);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:9000", "Set it to an address of the server; on this machine 127.0.0.1.")]
    [InlineData("[::]:9000", "Set it to an address of the server; on this machine ::1.")]
    [InlineData("[fe80::1]:9000", "Add the interface's number, as in fe80::1%2")]
    public async Task Addresses_that_nobody_is_reached_at_are_refused_with_the_fix(string address, string fix)
    {
        var result = await PingAsync(address, "--token", "secret");

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(fix, result.Error, StringComparison.Ordinal);
    }

    private Task<ToolResult> PingAsync(object address, params string[] options) =>
        ToolFolder.RunAsync(["ping", $"{address}", "--public-key", _folder.PublicFile, "--count", "1", "--interval", "0.01", "--timeout", "60", .. options]);
}
