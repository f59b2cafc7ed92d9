namespace UDPack.Tool.Inspect.Decoding;

/// <summary>What a key log says about a session.</summary>
internal sealed class SessionSecrets(string shakehandHash, uint sessionId, CipherAlgorithm algorithm)
{
    /// <summary>SHA-256 of the shakehand's payload, in hex.</summary>
    public string ShakehandHash { get; } = shakehandHash;

    public uint SessionId { get; } = sessionId;

    public CipherAlgorithm Algorithm { get; } = algorithm;

    /// <summary>What the client sends; null if the log lacks it.</summary>
    public DirectionKeys? ToServer { get; set; }

    /// <summary>What the server sends; null if the log lacks it.</summary>
    public DirectionKeys? ToClient { get; set; }
}
