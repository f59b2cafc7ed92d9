using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>One endpoint of the server. What is null comes from <see cref="UdpackServerOptions.EndpointDefaults"/> and <see cref="UdpackServerOptions.Limits"/>.</summary>
public sealed class UdpackEndpointOptions
{
    /// <summary>The IP address to bind, such as "127.0.0.1", "0.0.0.0" or "::". Default: that of EndpointDefaults. Takes effect with the next start.</summary>
    [IpAddress(AllowNull = true)]
    public string? Address { get; set; }

    /// <summary>The UDP port to bind, 0 to 65535; 0 picks a free one. Default: that of EndpointDefaults. Takes effect with the next start.</summary>
    [NumberRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>Limits that differ for this endpoint. A change takes effect for new handshakes and sessions.</summary>
    [ValidateObjectMembers]
    public UdpackEndpointLimits Limits { get; set; } = new();
}
