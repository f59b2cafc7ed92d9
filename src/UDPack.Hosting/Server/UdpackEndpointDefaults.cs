using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>What endpoints use that do not say otherwise.</summary>
public sealed class UdpackEndpointDefaults
{
    /// <summary>The IP address to bind. Default "0.0.0.0": all IPv4 addresses of the machine. Takes effect with the next start.</summary>
    [IpAddress]
    public string Address { get; set; } = "0.0.0.0";

    /// <summary>The UDP port to bind, 0 to 65535; 0 picks a free one. Default 9000. Takes effect with the next start.</summary>
    [NumberRange(0, 65535)]
    public int Port { get; set; } = 9000;
}
