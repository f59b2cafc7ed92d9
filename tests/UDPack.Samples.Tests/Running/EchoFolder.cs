using System.Net;

namespace UDPack.Samples.Tests.Running;

/// <summary>A folder with a key pair, and the echo programs started in it.</summary>
public sealed class EchoFolder : IDisposable
{
    public const string Server = "Udpack:Server:Endpoints:default";
    public const string Client = "Udpack:Clients:echo";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-samples-");

    public EchoFolder() => WriteKey("k1");

    internal string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    internal void WriteKey(string name)
    {
        using var key = ServerKey.GenerateP256();
        Write($"{name}.key.pem", key.ExportPkcs8Pem());
        Write($"{name}.pub.pem", key.PublicKey.ToPem());
    }

    internal string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    /// <summary>Starts the echo server with the folder's key and the token "secret"; later arguments win.</summary>
    internal Program StartServer(int port, params string[] args) => Program.Start(
        "samples/EchoServer",
        Path,
        [$"--{Server}:Address=127.0.0.1", $"--{Server}:Port={port}", "--Udpack:Keys:Active=k1", "--Udpack:Keys:Ring:k1:File=k1.key.pem", "--Echo:Tokens:0=secret", .. args]);

    /// <summary>Starts the echo client with the folder's key and the token "secret"; later arguments win.</summary>
    internal Program StartClient(IPEndPoint server, params string[] args) => Program.Start(
        "samples/EchoClient",
        Path,
        [$"--{Client}:RemoteEndPoint={server}", $"--{Client}:ServerPublicKeyFile=k1.pub.pem", $"--{Client}:Token=secret", .. args]);

    /// <summary>Waits until the server says where it listens.</summary>
    internal static async Task<IPEndPoint> ListeningAsync(Program server)
    {
        const string marker = "listening on udp://";
        var line = await server.OutputAsync(marker);
        return IPEndPoint.Parse(line.AsSpan(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length));
    }

}
