using UDPack.Tool.Connections;

namespace UDPack.Tool.Serve;

/// <summary>How an echo server serves.</summary>
internal sealed record ServeOptions
{
    public required ServerBinding Binding { get; init; }

    /// <summary>Where the public half of a key for this run lies; null if the key came from a file.</summary>
    public string? PublicKeyFile { get; init; }

    /// <summary>Whether clients may open streams.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether handshakes, refusals and streams are told, too.</summary>
    public bool Verbose { get; init; }
}
