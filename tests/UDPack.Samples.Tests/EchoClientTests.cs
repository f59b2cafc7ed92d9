using System.Net;
using System.Net.Sockets;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>What the echo client does, and says when it cannot.</summary>
public sealed class EchoClientTests(RunningEchoServer server) : IClassFixture<RunningEchoServer>
{
    private static readonly string[] Impatient = [$"--{EchoFolder.Client}:ConnectTimeout=00:00:02"];

    [Fact]
    public async Task Lines_come_back_in_order()
    {
        await using var client = server.Folder.StartClient(server.EndPoint);
        await client.TypeAsync("hello");
        await client.OutputAsync("hello");
        await client.TypeAsync("");
        await client.TypeAsync("grüße, 你好");
        await client.TypeAsync(new string('x', RunningEchoServer.MaxPacketBytes));
        client.EndInput();

        Assert.Equal(0, await client.ExitAsync());
        Assert.Equal(["hello", "", "grüße, 你好", new string('x', RunningEchoServer.MaxPacketBytes)], client.Output);
        var connected = Assert.Single(client.Error);
        Assert.Matches($"^connected to udp://{server.EndPoint}, session [0-9a-f]{{8}}, Aes256Gcm$", connected);
    }

    [Theory]
    [InlineData("Aes128Gcm")]
    [InlineData("ChaCha20Poly1305")]
    public async Task The_client_chooses_the_cipher(string algorithm)
    {
        await using var client = server.Folder.StartClient(server.EndPoint, $"--{EchoFolder.Client}:Algorithm={algorithm}");
        await client.TypeAsync("hello");
        client.EndInput();

        Assert.Equal(0, await client.ExitAsync());
        Assert.Equal(["hello"], client.Output);
        Assert.EndsWith($", {algorithm}", Assert.Single(client.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_input_is_no_error()
    {
        await using var client = server.Folder.StartClient(server.EndPoint);
        client.EndInput();

        Assert.Equal(0, await client.ExitAsync());
        Assert.Empty(client.Output);
    }

    [Fact]
    public Task A_wrong_token_is_refused() =>
        FailsAsync($"error: The server at udp://{server.EndPoint} refused the token (handshake code 1).", $"--{EchoFolder.Client}:Token=wrong");

    [Fact]
    public async Task A_wrong_server_key_is_suspected()
    {
        server.Folder.WriteKey("other");
        await FailsAsync(
            $"error: No connection to udp://{server.EndPoint} after * in 2.0 s. *check that ServerPublicKey is this server's key.",
            [$"--{EchoFolder.Client}:ServerPublicKeyFile=other.pub.pem", .. Impatient]);
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_a_timeout()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await FailsAsync(
            $"error: No connection to udp://{silent.LocalEndPoint} after * in 2.0 s. Nothing answered: *",
            [$"--{EchoFolder.Client}:RemoteEndPoint={silent.LocalEndPoint}", .. Impatient]);
    }

    [Theory]
    [InlineData("Token", "", "error: Udpack:Clients:echo:Token is not set. *")]
    [InlineData("RemoteEndPoint", "nowhere", "error: Udpack:Clients:echo:RemoteEndPoint has the invalid value 'nowhere'. *127.0.0.1:9000.")]
    [InlineData("ServerPublicKeyFile", "missing.pub.pem", "error: Udpack:Clients:echo:ServerPublicKeyFile: the file *missing.pub.pem cannot be read: *")]
    [InlineData("ServerPublicKeyFile", "k1.key.pem", "error: Udpack:Clients:echo:ServerPublicKeyFile: the file *k1.key.pem is not a server's public key *")]
    [InlineData("Algoritm", "Aes256Gcm", "error: Udpack:Clients:echo:Algoritm is not a known setting. Did you mean Udpack:Clients:echo:Algorithm?")]
    public Task A_bad_setting_is_named(string setting, string value, string message) =>
        FailsAsync(message, $"--{EchoFolder.Client}:{setting}={value}");

    [Fact]
    public async Task A_line_that_is_too_long_is_named()
    {
        await using var client = server.Folder.StartClient(server.EndPoint);
        await client.TypeAsync(new string('x', RunningEchoServer.MaxPacketBytes + 1));

        Assert.Equal(1, await client.ExitAsync());
        Assert.Equal(
            "error: The packet has 100,001 bytes; the peer accepts at most 100,000. Split it, or raise MaxPacketBytes there.", client.Error[^1]);
        Assert.Empty(client.Output);
    }

    private async Task FailsAsync(string message, params string[] args)
    {
        await using var client = server.Folder.StartClient(server.EndPoint, args);
        await client.FailsWithAsync(message);
        Assert.Empty(client.Output);
    }
}
