using System.Net;
using System.Net.Sockets;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>What curl gets through the tunnel.</summary>
public sealed class DownloadTests(RunningProxy proxy) : IClassFixture<RunningProxy>
{
    private const int Big = 50_000_000;
    private const int Small = 100_000;

    [CurlFact]
    public async Task A_name_is_looked_up_by_the_exit()
    {
        Assert.Equal(TargetSite.HashOf(Small), await DownloadAsync("name", $"http://localhost:{proxy.Site.Port}/bytes/{Small}"));
    }

    [CurlFact]
    public async Task Nothing_is_something_too()
    {
        Assert.Equal(TargetSite.HashOf(0), await DownloadAsync("empty", Address(0)));
    }

    [CurlFact(needsIPv6: true)]
    public async Task An_IPv6_address_is_a_target()
    {
        using var site = new TargetSite(IPAddress.IPv6Loopback);
        Assert.Equal(TargetSite.HashOf(Small), await DownloadAsync("ipv6", $"http://[::1]:{site.Port}/bytes/{Small}"));
    }

    [CurlFact]
    public async Task Fifty_downloads_at_once_are_whole()
    {
        var sizes = Enumerable.Range(1, 50).Select(number => number * 4000).ToList();
        var (exitCode, _, error) = await Curl.RunAsync(
            proxy.EndPoint,
            ["--parallel", "--parallel-immediate", "--parallel-max", "50", .. sizes.SelectMany(size => new[] { "-o", proxy.Folder.PathOf($"part-{size}"), Address(size) })]);

        Assert.True(exitCode == 0, error);
        foreach (var size in sizes)
        {
            Assert.Equal(TargetSite.HashOf(size), await proxy.Folder.HashOfAsync($"part-{size}"));
        }
    }

    [CurlFact]
    public async Task A_big_and_a_small_download_go_side_by_side()
    {
        var big = DownloadAsync("big", Address(Big));
        var small = DownloadAsync("small", Address(Small));

        Assert.Equal(TargetSite.HashOf(Small), await small);
        Assert.Equal(TargetSite.HashOf(Big), await big);
    }

    [CurlFact]
    public async Task One_that_reads_slowly_holds_up_no_other()
    {
        // It would take eight minutes; what it does not read fills the buffers on the way.
        using var slow = Curl.Start(proxy.EndPoint, "--limit-rate", "100k", "-o", proxy.Folder.PathOf("slow"), Address(Big));
        await DownloadAsync("first", Address(Small));

        Assert.Equal(TargetSite.HashOf(Big / 10), await DownloadAsync("other", Address(Big / 10)));
        Assert.True(slow.IsRunning);
    }

    [CurlFact]
    public async Task An_upload_arrives_whole()
    {
        var body = TargetSite.Body(5_000_000);
        await File.WriteAllBytesAsync(proxy.Folder.PathOf("upload"), body);

        var (exitCode, output, error) = await Curl.RunAsync(
            proxy.EndPoint, "-H", "Expect:", "--data-binary", $"@{proxy.Folder.PathOf("upload")}", $"http://127.0.0.1:{proxy.Site.Port}/hash");
        Assert.True(exitCode == 0, error);
        Assert.Equal(TargetSite.HashOf(5_000_000), output);
    }

    [CurlFact]
    public async Task A_target_that_refuses_is_reported()
    {
        // Bound and not listening: nobody else can have the port.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await RefusesAsync($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}/", reply: 5);
    }

    [CurlFact]
    public Task A_target_that_is_not_allowed_is_reported() => RefusesAsync("http://10.0.0.1/", reply: 2);

    [CurlFact]
    public Task A_name_that_is_unknown_is_reported() => RefusesAsync("http://no-such-host.invalid/", reply: 4);

    private async Task<string> DownloadAsync(string file, string address)
    {
        var (exitCode, _, error) = await Curl.RunAsync(proxy.EndPoint, "-o", proxy.Folder.PathOf(file), "--create-dirs", address);
        Assert.True(exitCode == 0, $"{address}: {error}");
        return File.Exists(proxy.Folder.PathOf(file)) ? await proxy.Folder.HashOfAsync(file) : TargetSite.HashOf(0);
    }

    private async Task RefusesAsync(string address, int reply)
    {
        var (exitCode, _, error) = await Curl.RunAsync(proxy.EndPoint, address);
        Assert.Equal(Curl.ProxyFailed, exitCode);
        Assert.Contains($"({reply})", error, StringComparison.Ordinal);
    }

    private string Address(int bytes) => $"http://127.0.0.1:{proxy.Site.Port}/bytes/{bytes}";
}
