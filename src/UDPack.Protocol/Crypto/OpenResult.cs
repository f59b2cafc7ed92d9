namespace UDPack.Protocol.Crypto;

/// <summary>What became of a sealed datagram.</summary>
internal enum OpenResult
{
    /// <summary>Verified and decrypted.</summary>
    Ok,

    /// <summary>Too short to hold counter and tag.</summary>
    Truncated,

    /// <summary>Its number was seen before, or is older than the window.</summary>
    Replayed,

    /// <summary>Its key generation is neither previous, current nor next.</summary>
    UnknownGeneration,

    /// <summary>Not sealed by the peer, or damaged on the way.</summary>
    NotAuthentic,
}
