using System.Diagnostics;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>A host whose endpoint is for both families, in a network that has only one, as many containers have.</summary>
public sealed class WithoutIPv6Tests : IDisposable
{
    private readonly EchoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NamespaceFact]
    public async Task A_host_ends_soon_after_SIGTERM_and_within_short_timeouts()
    {
        await using var server = Program.Start(
            "samples/EchoServer",
            _folder.Path,
            [$"--{EchoFolder.Server}:Address=::", $"--{EchoFolder.Server}:Port=9000", "--Udpack:Keys:Active=k1", "--Udpack:Keys:Ring:k1:File=k1.key.pem", "--Echo:Tokens:0=secret",
                "--Udpack:Server:Shutdown:DrainTimeout=00:00:01", "--shutdownTimeoutSeconds=2"],
            under: NamespaceFactAttribute.WithoutIPv6);
        await server.OutputAsync("listening on udp://[::]:9000");

        var began = Stopwatch.GetTimestamp();
        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
