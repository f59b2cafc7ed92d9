namespace UDPack.Hosting;

/// <summary>
/// The server's private keys, bound from <c>Udpack:Keys</c>. The files and the configuration are watched: a valid change
/// takes effect for the next handshake, an invalid one is logged and the keys stay as they are.
/// </summary>
public sealed class UdpackKeysOptions
{
    /// <summary>The entry of the ring that new clients should be given. Default: the only entry; required if there are several.</summary>
    public string? Active { get; set; }

    /// <summary>The password of encrypted PEM files whose entry has none of its own. Keep it out of files: use an environment variable or a secret store. Default none.</summary>
    public string? Password { get; set; }

    /// <summary>The keys clients may use, by a name of your choice. Names compare without case.</summary>
    public IDictionary<string, UdpackKeyOptions> Ring { get; } =
        new Dictionary<string, UdpackKeyOptions>(StringComparer.OrdinalIgnoreCase);
}
