namespace UDPack.Protocol.Crypto;

/// <summary>What the protocol knows about each AEAD.</summary>
internal static class CipherAlgorithms
{
    public const int IvSize = 12;
    public const int TagSize = 16;
    public const int MaxKeySize = 32;

    /// <summary>The key size in bytes, or 0 for an algorithm this version does not know.</summary>
    public static int KeySize(CipherAlgorithm algorithm) => algorithm switch
    {
        CipherAlgorithm.Aes128Gcm => 16,
        CipherAlgorithm.Aes256Gcm or CipherAlgorithm.ChaCha20Poly1305 => 32,
        _ => 0,
    };

    /// <summary>How many forged datagrams a session may see before it ends (RFC 9001 §6.6).</summary>
    public static ulong IntegrityLimit(CipherAlgorithm algorithm) =>
        algorithm == CipherAlgorithm.ChaCha20Poly1305 ? 1UL << 36 : 1UL << 52;
}
