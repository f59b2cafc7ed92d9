namespace UDPack.Benchmarks.Peers;

/// <summary>What is compared.</summary>
internal static class PeerKinds
{
    public const string UdpackP256 = "udpack-p256";
    public const string UdpackRsa = "udpack-rsa";
    public const string UdpackRsa4096 = "udpack-rsa4096";
    public const string Tls = "sslstream";

    public static string Title(string kind) => kind switch
    {
        UdpackP256 => "UDPack, suite 0x01 (P-256)",
        UdpackRsa => "UDPack, suite 0x02 (RSA-2048)",
        UdpackRsa4096 => "UDPack, suite 0x02 (RSA-4096)",
        _ => "SslStream, TLS 1.3 (ECDSA P-256)",
    };
}
