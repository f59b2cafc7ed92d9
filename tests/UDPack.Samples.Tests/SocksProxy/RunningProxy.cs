using System.Net;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>One tunnel, with a site behind it, for several tests.</summary>
public sealed class RunningProxy : IAsyncLifetime
{
    private Program? _exit;
    private Program? _local;

    internal ProxyFolder Folder { get; } = new();

    internal TargetSite Site { get; } = new(IPAddress.Loopback);

    /// <summary>Where SOCKS clients connect to.</summary>
    internal IPEndPoint EndPoint { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        (_exit, var exit) = await Folder.StartExitAsync(0);
        (_local, EndPoint) = await Folder.StartLocalAsync(exit);
    }

    public async Task DisposeAsync()
    {
        await _local!.DisposeAsync();
        await _exit!.DisposeAsync();
        Site.Dispose();
        Folder.Dispose();
    }
}
