using System.Net;
using System.Net.Sockets;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>The echo server's life, from the first log line to its end.</summary>
public sealed class EchoServerTests : IDisposable
{
    private readonly EchoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_way_of_the_readme_works()
    {
        // udpack keygen, then the server, then the client.
        await using var keygen = Program.Start("src/UDPack.Tool", _folder.Path, ["keygen", "--name", "k2", "--out", "keys"]);
        Assert.Equal(0, await keygen.ExitAsync());

        var port = FreePort();
        await using var server = _folder.StartServer(port, "--Udpack:Keys:Active=k2", "--Udpack:Keys:Ring:k2:File=keys/k2.key.pem");
        var listening = await server.OutputAsync("listening");
        Assert.EndsWith($" listening on udp://127.0.0.1:{port}", listening, StringComparison.Ordinal);

        await using var client = _folder.StartClient(
            new IPEndPoint(IPAddress.Loopback, port), $"--{EchoFolder.Client}:ServerPublicKeyFile=keys/k2.pub.pem");
        foreach (var line in (string[])["one", "two", "three"])
        {
            await client.TypeAsync(line);
            await client.OutputAsync(line);
        }

        client.EndInput();
        Assert.Equal(0, await client.ExitAsync());
        Assert.Equal(["one", "two", "three"], client.Output);
        await server.OutputAsync("ended: ClosedByPeer");
    }

    [Fact]
    public async Task Settings_come_from_the_environment_too()
    {
        await using var server = Program.Start(
            "samples/EchoServer",
            _folder.Path,
            [],
            new Dictionary<string, string>
            {
                ["Udpack__Server__Endpoints__default__Port"] = "0",
                ["Udpack__Keys__Ring__k1__File"] = "k1.key.pem",
                ["Echo__Tokens__0"] = "from the environment",
            });
        var endpoint = await EchoFolder.ListeningAsync(server);

        await using var client = _folder.StartClient(endpoint, $"--{EchoFolder.Client}:Token=from the environment");
        await client.TypeAsync("hello");
        client.EndInput();
        Assert.Equal(0, await client.ExitAsync());
    }

    [Fact]
    public async Task Without_tokens_it_says_that_nobody_can_connect()
    {
        await using var server = Program.Start(
            "samples/EchoServer", _folder.Path, [$"--{EchoFolder.Server}:Port=0", "--Udpack:Keys:Ring:k1:File=k1.key.pem"]);
        await server.OutputAsync("Echo:Tokens is empty");
        await EchoFolder.ListeningAsync(server);
    }

    [UnixFact]
    public async Task A_termination_signal_ends_sessions_with_a_goodbye()
    {
        await using var server = _folder.StartServer(port: 0);
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var client = _folder.StartClient(endpoint);
        await client.TypeAsync("hello");
        await client.OutputAsync("hello");

        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        Assert.Empty(server.Error);
        Assert.Contains(server.Output, line => line.Contains("Stopping: open sessions (1) have 5 s to finish", StringComparison.Ordinal));
        Assert.Contains(server.Output, line => line.EndsWith("ended: ClosedLocally", StringComparison.Ordinal));
        Assert.Equal(1, await client.ExitAsync());
        Assert.Equal("error: The peer closed the session: it stops.", Assert.Single(client.Error.Skip(1)));
    }

    [UnixFact]
    public async Task Without_sessions_a_termination_signal_ends_it_at_once()
    {
        await using var server = _folder.StartServer(port: 0);
        await EchoFolder.ListeningAsync(server);

        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        Assert.Empty(server.Error);
    }

    [Fact]
    public async Task A_server_that_was_killed_and_restarted_does_not_know_its_sessions()
    {
        await using var first = _folder.StartServer(port: 0);
        var endpoint = await EchoFolder.ListeningAsync(first);
        await using var client = _folder.StartClient(endpoint);
        await client.TypeAsync("hello");
        await client.OutputAsync("hello");

        await first.KillAsync();
        await using var second = _folder.StartServer(endpoint.Port);
        await EchoFolder.ListeningAsync(second);
        var typed = TimeProvider.System.GetTimestamp();
        await client.TypeAsync("are you there?");

        Assert.Equal(1, await client.ExitAsync());
        Assert.InRange(TimeProvider.System.GetElapsedTime(typed), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal("error: The server does not know the session any more; it was probably restarted. Connect again.", Assert.Single(client.Error.Skip(1)));
        Assert.Equal(["hello"], client.Output);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
