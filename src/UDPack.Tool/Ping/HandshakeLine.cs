using System.Text.Json.Serialization;

namespace UDPack.Tool.Ping;

/// <summary>How connecting went; --json writes it as it is.</summary>
internal sealed record HandshakeLine
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "handshake";

    public required string Address { get; init; }

    public required string SessionId { get; init; }

    public required string Cipher { get; init; }

    /// <summary>Name resolution.</summary>
    public required double ResolveMs { get; init; }

    /// <summary>Making keys, sealing the shakehand, opening the socket: until it was sent.</summary>
    public required double KeyWorkMs { get; init; }

    /// <summary>From the first shakehand to the first answer, a cookie or the reply.</summary>
    public required double AnswerMs { get; init; }

    /// <summary>From there until the session was ready.</summary>
    public required double ReadyMs { get; init; }

    public required double TotalMs { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Whether the server asked for proof of address.</summary>
    public required bool Cookie { get; init; }
}
