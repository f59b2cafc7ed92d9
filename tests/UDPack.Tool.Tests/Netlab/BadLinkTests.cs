using System.Text.Json;

namespace UDPack.Tool.Tests.Netlab;

/// <summary>Two processes in two network namespaces, with a real kernel's sockets and a link between them that is as bad as its name says.</summary>
public sealed class BadLinkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-netlab-");

    public void Dispose() => _folder.Delete(recursive: true);

    [NetlabTheory]
    [InlineData("a link that delays by 80 ms, loses a tenth, reorders, repeats and damages", "profile=hostile")]
    [InlineData("wireless with bursts of loss", "profile=wifi-lossy")]
    [InlineData("a satellite", "profile=satellite")]
    [InlineData("a NAT that gives the client another port, twice", "profile=mobile-4g", "--at", "2:rebind", "--at", "4:rebind")]
    [InlineData("a link that is cut for a second and a half", "profile=broadband", "--at", "2:cut=1", "--at", "3.5:cut=0")]
    [InlineData("a path that swallows datagrams of more than 1300 bytes", "rtt=20", "rate=50", "mtu=1300")]
    public void All_that_was_sent_arrives_over(string link, params string[] settings)
    {
        using var key = ServerKey.GenerateP256();
        File.WriteAllText(PathOf("k.key.pem"), key.ExportPkcs8Pem());
        File.WriteAllText(PathOf("k.pub.pem"), key.PublicKey.ToPem());
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

        using var lab = Output.Of(NetlabTheoryAttribute.Command!, [
            "run", .. settings, "--ready", "udp:9000", "--timeout", "120",
            "--", host, Repository.Tool, "perf", "server", "--listen", "0.0.0.0:9000", "--key", PathOf("k.key.pem"), "--token", "secret",
            "--", host, Repository.Tool, "perf", "client", "{server}:9000", "--public-key", PathOf("k.pub.pem"), "--token", "secret",
            "--bytes", "1M", "--direction", "both", "--messages", "200", "--rate", "40", "--json"]);
        var output = lab.ReadToEnd();

        Assert.True(lab.ExitCode == 0, $"{link}: exit code {lab.ExitCode}\n{output}");
        using var json = JsonDocument.Parse(output.Split('\n').Last(line => line.StartsWith('{')));
        Assert.True(json.RootElement.GetProperty("verified").GetBoolean(), output);
        Assert.Equal(1_000_000, json.RootElement.GetProperty("down").GetProperty("bytes").GetInt64());
        Assert.Equal(1_000_000, json.RootElement.GetProperty("up").GetProperty("bytes").GetInt64());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
