using System.CommandLine;
using System.Diagnostics;

namespace UDPack.Tool.Tests.Running;

/// <summary>A folder with a key pair, in which the command runs: here, or as processes, which end with it.</summary>
internal sealed class ToolFolder : IDisposable
{
    public const string Token = "secret";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-tool-");
    private readonly List<Process> _processes = [];

    public ToolFolder()
    {
        Write("k.key.pem", Key.ExportPkcs8Pem());
        Write("k.pub.pem", Key.PublicKey.ToPem());
    }

    public ServerKey Key { get; } = ServerKey.GenerateP256();

    public string KeyFile => PathOf("k.key.pem");

    public string PublicFile => PathOf("k.pub.pem");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Runs the command in this process.</summary>
    public static async Task<ToolResult> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await UdpackCommand.RunAsync(args, new InvocationConfiguration { Output = output, Error = error }, cancellationToken).WaitAsync(Patience, CancellationToken.None);
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    /// <summary>A client's command line.</summary>
    public string[] Client(string command, object address, params string[] options) =>
        [command, $"{address}", "--public-key", PublicFile, "--token", Token, .. options];

    /// <summary>Starts the command as a process, all of whose streams are pipes.</summary>
    public ToolProcess Start(string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Repository.Tool, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        return new ToolProcess(process);
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }

        Key.Dispose();
        _folder.Delete(recursive: true);
    }
}
