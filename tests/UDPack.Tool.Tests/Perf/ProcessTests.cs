using System.Diagnostics;
using System.Text.Json;

namespace UDPack.Tool.Tests.Perf;

/// <summary>The command as users run it.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-perf-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Two_processes_measure_and_end()
    {
        using var key = ServerKey.GenerateP256();
        await File.WriteAllTextAsync(PathOf("k.key.pem"), key.ExportPkcs8Pem());
        await File.WriteAllTextAsync(PathOf("k.pub.pem"), key.PublicKey.ToPem());
        using var server = Start("server", "--listen", "127.0.0.1:0", "--key", PathOf("k.key.pem"), "--token", "secret", "--once");
        try
        {
            var listening = await server.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            var address = listening!.Split("udp://")[1].Split(',')[0];
            using var client = Start("client", address, "--public-key", PathOf("k.pub.pem"), "--token", "secret", "--bytes", "5M", "--direction", "both", "--json");
            var output = await client.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
            await client.WaitForExitAsync().WaitAsync(Patience);
            await server.WaitForExitAsync().WaitAsync(Patience);

            Assert.Equal((ExitCodes.Success, ExitCodes.Success), (client.ExitCode, server.ExitCode));
            using var json = JsonDocument.Parse(output);
            Assert.True(json.RootElement.GetProperty("verified").GetBoolean());
            Assert.Equal(5_000_000, json.RootElement.GetProperty("down").GetProperty("bytes").GetInt64());
            Assert.True(json.RootElement.GetProperty("server").GetProperty("cpuSeconds").GetDouble() > 0);
            Assert.Contains("up 4.77 MiB at ", await server.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private static Process Start(params string[] args) => Process.Start(
        new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Repository.Tool, "perf", .. args]) { RedirectStandardOutput = true })!;
}
