using System.Net;
using System.Text;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>Starts the chat's programs in a folder with a key.</summary>
internal sealed class ChatPrograms : IDisposable
{
    private const string Secret = "--Chat:Secret=a secret of the tests only";

    private readonly EchoFolder _folder = new();
    private readonly Dictionary<string, string> _tokens = [];

    public void Dispose() => _folder.Dispose();

    /// <summary>Starts a server; ready when <see cref="EchoFolder.ListeningAsync"/> has returned.</summary>
    public Program StartServer(int port = 0, params string[] args) => Program.Start(
        "samples/Chat",
        _folder.Path,
        ["server", $"--{EchoFolder.Server}:Port={port}", "--Udpack:Keys:Ring:k1:File=k1.key.pem", Secret, .. args]);

    public Program StartClient(IPEndPoint server, params string[] args) => Program.Start("samples/Chat", _folder.Path, ["client", .. Client(server), Secret, .. args]);

    /// <summary>A client that was given a token, and does not know the secret.</summary>
    public Program StartClientWithToken(IPEndPoint server, string token) => Program.Start(
        "samples/Chat", _folder.Path, ["client", .. Client(server), "--Chat:Secret=another secret, not that one", $"--token={token}"]);

    /// <summary>A client that is in a group, so that others' messages there will reach it.</summary>
    public async Task<Program> JoinAsync(IPEndPoint server, string name, string group = "lobby")
    {
        var client = StartClient(server, $"--name={name}", $"--group={group}");
        await client.OutputAsync($"* you are in {group} with ");
        return client;
    }

    /// <summary>The token for a name; the same each time.</summary>
    public async Task<string> IssueTokenAsync(string name)
    {
        if (_tokens.TryGetValue(name, out var token))
        {
            return token;
        }

        await using var issuer = Program.Start("samples/Chat", _folder.Path, ["token", "--name", name, Secret]);
        Assert.Equal(0, await issuer.ExitAsync());
        return _tokens[name] = Assert.Single(issuer.Output);
    }

    /// <summary>A session without the sample's client.</summary>
    public async Task<UdpackSession> ConnectAsync(IPEndPoint server, string name, UdpackSessionOptions? options = null) => await UdpackClient.ConnectAsync(
        new UdpackClientOptions
        {
            RemoteEndPoint = server,
            ServerPublicKey = ServerPublicKey.FromPem(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "k1.pub.pem"))),
            Token = Encoding.UTF8.GetBytes(await IssueTokenAsync(name)),
            Session = options ?? new UdpackSessionOptions(),
        });

    private static string[] Client(IPEndPoint server) =>
        [$"--Udpack:Clients:chat:RemoteEndPoint={server}", "--Udpack:Clients:chat:ServerPublicKeyFile=k1.pub.pem"];
}
