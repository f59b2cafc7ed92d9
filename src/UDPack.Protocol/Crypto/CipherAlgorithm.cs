namespace UDPack;

/// <summary>The AEAD that protects a session; the client chooses it in the shakehand.</summary>
public enum CipherAlgorithm : byte
{
    /// <summary>AES-128-GCM.</summary>
    Aes128Gcm = 1,

    /// <summary>AES-256-GCM, the default.</summary>
    Aes256Gcm = 2,

    /// <summary>ChaCha20-Poly1305 (RFC 8439).</summary>
    ChaCha20Poly1305 = 3,
}
