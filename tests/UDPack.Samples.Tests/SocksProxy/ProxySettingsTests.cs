using System.Net;
using System.Net.Sockets;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>What can be set, what is refused, and what happens when the exit goes away.</summary>
public sealed class ProxySettingsTests : IDisposable
{
    private const int Bytes = 10_000;

    private readonly ProxyFolder _folder = new();
    private readonly TargetSite _site = new(IPAddress.Loopback);

    public void Dispose()
    {
        _site.Dispose();
        _folder.Dispose();
    }

    [CurlFact]
    public async Task The_tunnel_comes_back_after_a_restart_of_the_exit()
    {
        var (exit, address) = await _folder.StartExitAsync(0);
        var (local, proxy) = await _folder.StartLocalAsync(address, "--Local:OpenTimeout=00:00:04");
        await using (local)
        {
            Assert.Equal(0, await DownloadAsync(proxy));

            await exit.KillAsync();
            await exit.DisposeAsync();
            // General failure: there is nobody to ask.
            var (exitCode, _, error) = await Curl.RunAsync(proxy, Address);
            Assert.Equal(Curl.ProxyFailed, exitCode);
            Assert.Contains("(1)", error, StringComparison.Ordinal);

            (exit, _) = await _folder.StartExitAsync(address.Port);
            await using (exit)
            {
                await local.OutputAsync("is connected again to udp://");
                Assert.Equal(0, await DownloadAsync(proxy));
            }
        }
    }

    [CurlFact]
    public async Task A_password_can_be_asked_for()
    {
        var (exit, address) = await _folder.StartExitAsync(0);
        var (local, proxy) = await _folder.StartLocalAsync(address, "--Local:User=ada", "--Local:Password=secret");
        await using (exit)
        await using (local)
        {
            Assert.Equal(0, await DownloadAsync(proxy, "--proxy-user", "ada:secret"));
            Assert.Equal(Curl.ProxyFailed, await DownloadAsync(proxy, "--proxy-user", "ada:wrong"));
            Assert.Equal(Curl.ProxyFailed, await DownloadAsync(proxy));
        }
    }

    [CurlFact]
    public async Task What_no_rule_allows_is_refused()
    {
        using var other = new TargetSite(IPAddress.Loopback);
        var (exit, address) = await _folder.StartExitAsync(0, $"--Exit:Allow:0=127.0.0.0/8:{_site.Port}");
        var (local, proxy) = await _folder.StartLocalAsync(address);
        await using (exit)
        await using (local)
        {
            Assert.Equal(0, await DownloadAsync(proxy));
            var (exitCode, _, error) = await Curl.RunAsync(proxy, $"http://127.0.0.1:{other.Port}/bytes/1");
            Assert.Equal(Curl.ProxyFailed, exitCode);
            Assert.Contains("(2)", error, StringComparison.Ordinal);
            await exit.OutputAsync($"127.0.0.1:{other.Port}: NotAllowed");
        }
    }

    [CurlFact]
    public async Task A_name_is_no_way_around_the_rules()
    {
        // The name is allowed, but it stands for an address that is not public.
        var (exit, address) = await _folder.StartExitAsync(0, "--Exit:Allow:0=localhost:*");
        var (local, proxy) = await _folder.StartLocalAsync(address);
        await using (exit)
        await using (local)
        {
            var (exitCode, _, error) = await Curl.RunAsync(proxy, $"http://localhost:{_site.Port}/bytes/1");
            Assert.Equal(Curl.ProxyFailed, exitCode);
            Assert.Contains("(2)", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("public")]
    [InlineData("10.0.0.0/33:*")]
    [InlineData("*:443")]
    [InlineData("loopback:9-8")]
    public async Task A_rule_that_is_none_stops_the_start(string rule)
    {
        await using var exit = _folder.Start(["exit", $"--Exit:Allow:0={rule}"]);
        await exit.FailsWithAsync("error: Exit: ConnectTimeout is above zero, and each rule of Allow is where:ports, *");
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("local")]
    public async Task Outside_development_a_token_is_needed(string side)
    {
        await using var program = _folder.Start([side], "Production");
        await program.FailsWithAsync("error: *Tunnel:Token is empty. Set it to the same secret on both sides, *");
    }

    [Fact]
    public async Task A_side_must_be_named()
    {
        await using var program = _folder.Start([]);
        await program.FailsWithAsync("error: Say which side to run: local or exit.");
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exit, address) = await _folder.StartExitAsync(0);
        await using (exit)
        {
            await using var local = _folder.Start(["local", $"--Udpack:Clients:exit:RemoteEndPoint={address}", $"--Local:Listen={taken.LocalEndpoint}"]);
            await local.FailsWithAsync($"error: Local:Listen: cannot listen on {taken.LocalEndpoint}: *");
        }
    }

    private string Address => $"http://127.0.0.1:{_site.Port}/bytes/{Bytes}";

    private async Task<int> DownloadAsync(IPEndPoint proxy, params string[] args)
    {
        var (exitCode, _, _) = await Curl.RunAsync(proxy, [.. args, "-o", _folder.PathOf("download"), Address]);
        if (exitCode == 0)
        {
            Assert.Equal(TargetSite.HashOf(Bytes), await _folder.HashOfAsync("download"));
        }

        return exitCode;
    }
}
