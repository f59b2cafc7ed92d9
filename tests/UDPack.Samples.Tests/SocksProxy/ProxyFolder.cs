using System.Net;
using System.Security.Cryptography;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>A folder for keys and files, and the two sides of the tunnel started in it.</summary>
internal sealed class ProxyFolder : IDisposable
{
    private const string Project = "samples/SocksProxy";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-socks-");

    public void Dispose() => _folder.Delete(recursive: true);

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    public async Task<string> HashOfAsync(string file)
    {
        await using var stream = File.OpenRead(PathOf(file));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }

    public async Task<(Program Program, IPEndPoint EndPoint)> StartExitAsync(int port, params IEnumerable<string> args)
    {
        var exit = Start(["exit", $"--Udpack:Server:Endpoints:default:Port={port}", .. args]);
        return (exit, await EchoFolder.ListeningAsync(exit));
    }

    public async Task<(Program Program, IPEndPoint EndPoint)> StartLocalAsync(IPEndPoint exit, params IEnumerable<string> args)
    {
        const string marker = "SOCKS 5 on ";
        var local = Start(["local", $"--Udpack:Clients:exit:RemoteEndPoint={exit}", "--Local:Listen=127.0.0.1:0", .. args]);
        var line = await local.OutputAsync(marker);
        return (local, IPEndPoint.Parse(line.AsSpan(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)));
    }

    public Program Start(IEnumerable<string> args, string environment = "Development") =>
        Program.Start(Project, _folder.FullName, args, [new("DOTNET_ENVIRONMENT", environment)]);
}
