using System.Globalization;
using System.Net;
using SocksProxy.Socks;

namespace SocksProxy.Exit;

/// <summary>
/// One rule, where:ports. Where is "public", "private", "loopback", a network such as 10.1.0.0/16, an address, a name, or the names below one as in
/// *.example.com. A name is allowed at public addresses only. Ports are one port, a range such as 8000-8999, or * for all.
/// </summary>
internal sealed class TargetRule
{
    private readonly Func<Target, IPAddress, bool> _isThere;
    private readonly ushort _firstPort;
    private readonly ushort _lastPort;

    private TargetRule(Func<Target, IPAddress, bool> isThere, ushort firstPort, ushort lastPort)
    {
        _isThere = isThere;
        _firstPort = firstPort;
        _lastPort = lastPort;
    }

    /// <summary>Null if the text is no rule.</summary>
    public static TargetRule? Parse(string text)
    {
        // The last colon: IPv6 networks have some of their own.
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || ParsePorts(text[(colon + 1)..]) is not var (first, last) || ParsePlace(text[..colon]) is not { } isThere)
        {
            return null;
        }

        return new TargetRule(isThere, first, last);
    }

    public bool Allows(Target target, IPAddress address) => target.Port >= _firstPort && target.Port <= _lastPort && _isThere(target, address);

    private static Func<Target, IPAddress, bool>? ParsePlace(string place)
    {
        switch (place)
        {
            case "public":
                return static (_, address) => AddressKinds.IsPublic(address);
            case "private":
                return static (_, address) => AddressKinds.IsPrivate(address);
            case "loopback":
                return static (_, address) => IPAddress.IsLoopback(address);
        }

        if (IPNetwork.TryParse(place, out var network))
        {
            return (_, address) => network.Contains(address);
        }

        if (IPAddress.TryParse(place, out var single))
        {
            return (_, address) => address.Equals(single);
        }

        var name = place.StartsWith("*.", StringComparison.Ordinal) ? place[2..] : place;
        if (Uri.CheckHostName(name) != UriHostNameType.Dns)
        {
            return null;
        }

        var isBelow = name.Length != place.Length;
        return (target, address) => AddressKinds.IsPublic(address) && (isBelow
            ? target.Host.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase)
            : target.Host.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static (ushort First, ushort Last)? ParsePorts(string ports)
    {
        if (ports == "*")
        {
            return (1, ushort.MaxValue);
        }

        var dash = ports.IndexOf('-', StringComparison.Ordinal);
        return ParsePort(dash < 0 ? ports : ports[..dash]) is { } first && ParsePort(ports[(dash + 1)..]) is { } last && first <= last ? (first, last) : null;
    }

    private static ushort? ParsePort(string port) =>
        ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
