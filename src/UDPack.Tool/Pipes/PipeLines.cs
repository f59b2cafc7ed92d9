using System.Text.Json.Serialization;

namespace UDPack.Tool.Pipes;

/// <summary>The session is there.</summary>
internal sealed record PipeConnectedLine(string Session, string Peer, string Cipher)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "connected";
}

/// <summary>A session of --keep-open failed.</summary>
internal sealed record PipeFailedLine(string Session, string Reason)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "failed";
}
