using System.Globalization;
using System.Net;

namespace UDPack.Tool.Arguments;

/// <summary>Addresses with a port, as they are typed: 127.0.0.1:9000, [::1]:9000, host:9000.</summary>
internal static class EndPointText
{
    /// <summary>An address of this machine; port 0 picks a free one.</summary>
    public static IPEndPoint? TryParseLocal(string text) => Split(text) is var (host, port) && IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : null;

    /// <summary>A server's address or name.</summary>
    public static EndPoint? TryParseRemote(string text) => Split(text) is not (var host, > 0 and var port)
        ? null
        : IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : Uri.CheckHostName(host) == UriHostNameType.Dns ? new DnsEndPoint(host, port) : null;

    private static (string Host, int Port)? Split(string text)
    {
        // An IPv6 address without brackets could swallow its port.
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        return host.Length > 0 && (!host.Contains(':', StringComparison.Ordinal) || (host[0] == '[' && host[^1] == ']'))
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? (host.Trim('[', ']'), port)
            : null;
    }
}
