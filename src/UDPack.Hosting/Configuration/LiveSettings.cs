namespace UDPack.Hosting.Configuration;

/// <summary>Which settings take effect while the server runs. What belongs to a bound socket, or to what is counted already, does not.</summary>
internal static class LiveSettings
{
    private static readonly string[] Groups = ["Handshake", "Session", "Limits", "Shutdown"];
    private static readonly string[] Fixed = ["ReceiveBufferBytes", "IPv4PrefixLength", "IPv6PrefixLength"];

    /// <param name="key">A key below "Udpack:Server".</param>
    /// <param name="isBound">Whether an endpoint of this name is bound.</param>
    public static bool NeedsRestart(string key, Func<string, bool> isBound)
    {
        var parts = key.Split(':');
        if (Is(parts[0], "Endpoints"))
        {
            return parts.Length < 3 || !Is(parts[2], "Limits") || !isBound(parts[1]) || Fixed.Any(name => Is(parts[^1], name));
        }

        return !Groups.Any(group => Is(parts[0], group)) || Fixed.Any(name => Is(parts[^1], name));
    }

    private static bool Is(string part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
}
