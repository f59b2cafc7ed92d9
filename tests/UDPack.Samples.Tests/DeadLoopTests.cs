using System.Net;
using System.Text.RegularExpressions;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>A server whose event loop died must not go on as if it lived: service managers look at the exit code.</summary>
public sealed partial class DeadLoopTests
{
    [Fact]
    public async Task The_process_ends_and_its_exit_code_is_not_0()
    {
        var folder = Directory.CreateTempSubdirectory("udpack-crash-");
        try
        {
            await using var server = Program.Start(
                "tests/UDPack.CrashingServer",
                folder.FullName,
                ["--environment=Development", "--Udpack:Server:EndpointDefaults:Address=127.0.0.1", "--Udpack:Server:EndpointDefaults:Port=0"]);
            await server.OutputAsync("listening on udp://");
            var port = int.Parse(Port().Match(string.Join('\n', server.Output)).Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture);
            var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
            {
                RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port),
                ServerPublicKey = ServerPublicKey.FromPem(await File.ReadAllTextAsync(Path.Combine(folder.FullName, ".udpack", "dev.pub.pem"))),
                Token = "any"u8.ToArray(),
            });
            await session.SendAsync("hello"u8.ToArray());

            Assert.NotEqual(0, await server.ExitAsync());
            Assert.Contains(server.Output, line => line.Contains("Event loop default died; its sessions are lost", StringComparison.Ordinal));
            Assert.Contains(server.Output, line => line.Contains("The endpoint 'default' died, the server stops", StringComparison.Ordinal));
            session.Abort();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"listening on udp://127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Port();
}
