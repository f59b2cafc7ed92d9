namespace UDPack.Hosting;

/// <summary>One private key: a file, or in Development its PEM text.</summary>
public sealed class UdpackKeyOptions
{
    /// <summary>A PEM file with a PKCS#8 private key, plain or encrypted: P-256, or RSA with 2048 to 4096 bits. Relative to the content root.</summary>
    public string? File { get; set; }

    /// <summary>The password of this key if it is encrypted. Default: that of the ring.</summary>
    public string? Password { get; set; }

    /// <summary>The key's PEM text itself instead of a file. Only in the Development environment.</summary>
    public string? Pem { get; set; }
}
