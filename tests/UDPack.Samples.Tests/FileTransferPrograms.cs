using System.Net;
using System.Security.Cryptography;
using System.Text;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>Starts the programs of the file transfer in a folder with a key; the server's files are in "store" there.</summary>
internal sealed class FileTransferPrograms : IDisposable
{
    public const string Token = "a token of the tests only";

    private readonly EchoFolder _folder = new();

    public string Store => Path.Combine(_folder.Path, "store");

    public void Dispose() => _folder.Dispose();

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Writes a file with content of its own.</summary>
    public byte[] WriteRandom(string name, int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
        return content;
    }

    /// <summary>Starts a server; ready when <see cref="EchoFolder.ListeningAsync"/> has returned.</summary>
    public Program StartServer(int port = 0, params string[] args) => Program.Start(
        "samples/FileTransfer",
        _folder.Path,
        ["server", "--root", "store", $"--{EchoFolder.Server}:Port={port}", "--Udpack:Keys:Ring:k1:File=k1.key.pem", $"--FileTransfer:Token={Token}", .. args]);

    /// <summary>Starts a client; what it shall do comes first in the arguments.</summary>
    public Program StartClient(IPEndPoint server, params string[] args) => Program.Start(
        "samples/FileTransfer",
        _folder.Path,
        [
            .. args.TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)),
            $"--Udpack:Clients:files:RemoteEndPoint={server}", "--Udpack:Clients:files:ServerPublicKeyFile=k1.pub.pem", $"--FileTransfer:Token={Token}",
            .. args.SkipWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)),
        ]);

    /// <summary>Runs a client that must end well.</summary>
    public async Task<IReadOnlyList<string>> RunClientAsync(IPEndPoint server, params string[] args)
    {
        await using var client = StartClient(server, args);
        Assert.True(await client.ExitAsync() == 0, string.Join('\n', [.. client.Output, .. client.Error]));
        Assert.Empty(client.Error);
        return client.Output;
    }

    /// <summary>A session without the sample's client.</summary>
    public async Task<UdpackSession> ConnectAsync(IPEndPoint server) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = server,
        ServerPublicKey = ServerPublicKey.FromPem(await File.ReadAllTextAsync(PathOf("k1.pub.pem"))),
        Token = Encoding.UTF8.GetBytes(Token),
    });
}
