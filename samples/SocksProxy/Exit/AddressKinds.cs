using System.Net;
using System.Net.Sockets;

namespace SocksProxy.Exit;

/// <summary>What kind of place an address is, after IANA's registries of special-purpose addresses.</summary>
internal static class AddressKinds
{
    private static readonly IPNetwork[] Private = Networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

    /// <summary>Of IPv4: this network, shared by carriers, loopback, link-local, protocol assignments, examples, relays, benchmarks, multicast, reserved.</summary>
    private static readonly IPNetwork[] Special = Networks(
        "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    private static readonly IPNetwork GlobalIPv6 = IPNetwork.Parse("2000::/3");

    /// <summary>Of the global IPv6 addresses: protocol assignments with Teredo, examples, and 6to4, which carries any IPv4 address.</summary>
    private static readonly IPNetwork[] SpecialIPv6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    public static bool IsPrivate(IPAddress address) => IsIn(Private, address);

    public static bool IsPublic(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !IsIn(Private, address) && !IsIn(Special, address)
        : GlobalIPv6.Contains(address) && !IsIn(SpecialIPv6, address);

    private static bool IsIn(IPNetwork[] networks, IPAddress address) => networks.Any(network => network.Contains(address));

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(IPNetwork.Parse)];
}
