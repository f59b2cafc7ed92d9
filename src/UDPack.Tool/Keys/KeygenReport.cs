namespace UDPack.Tool.Keys;

/// <summary>The key pair that was made; --json writes it as it is.</summary>
internal sealed record KeygenReport
{
    public required string PrivateKeyFile { get; init; }

    public required string PublicKeyFile { get; init; }

    public required string KeyId { get; init; }

    /// <summary>P256 or Rsa.</summary>
    public required string Kind { get; init; }
}
