using System.Text.Json.Serialization;

namespace UDPack.Tool.Serve;

/// <summary>A client is connected.</summary>
internal sealed record ConnectedLine(string Session, string Client, string Cipher)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "connected";
}

/// <summary>A client's token was refused.</summary>
internal sealed record RefusedLine(string Client)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "refused";
}

/// <summary>A step of a handshake, with --verbose.</summary>
internal sealed record HandshakeStepLine(string Session, string Step, string State, int Bytes, double Ms)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "handshakeStep";
}

/// <summary>A client opened a stream, with --verbose.</summary>
internal sealed record StreamOpenedLine(string Session, uint Stream)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "streamOpened";
}

/// <summary>A stream is over, with --verbose.</summary>
internal sealed record StreamEndedLine(string Session, uint Stream, string Result)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "streamEnded";
}

/// <summary>Ctrl-C came; so many sessions may finish.</summary>
internal sealed record StoppingLine(int Sessions)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "stopping";
}

/// <summary>All of the server's life.</summary>
internal sealed record StoppedLine(long Sessions, long DatagramsSent, long DatagramsReceived, long DatagramsLost)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "stopped";
}
