namespace UDPack;

/// <summary>The kinds of key a server may have; each has its own way to seal a shakehand.</summary>
public enum ServerKeyKind
{
    /// <summary>An elliptic-curve key on P-256, sealed for with HPKE (RFC 9180).</summary>
    P256,

    /// <summary>An RSA key of 2048 to 4096 bits, sealed for with RSAES-OAEP.</summary>
    Rsa,
}
