using System.Text.Json.Serialization;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>What is known about a datagram. Its properties are the fields of the JSON output (docs/inspect.md).</summary>
internal sealed record DatagramView
{
    public required long Number { get; init; }

    public DateTime? Time { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public required int Length { get; init; }

    public int? CapturedLength { get; init; }

    public string? Direction { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public string? Problem { get; init; }

    public HeaderView? Header { get; init; }

    public ulong? Sequence { get; init; }

    public int? Generation { get; init; }

    public ShakehandView? Shakehand { get; init; }

    public HandshakeView? Handshake { get; init; }

    public RetryView? Retry { get; init; }

    public IReadOnlyList<FrameView>? Frames { get; init; }

    public int? Padding { get; init; }

    public string? Hex { get; init; }

    /// <summary>The datagram's bytes and what was sealed in it, for the text output.</summary>
    [JsonIgnore]
    public byte[] Bytes { get; init; } = [];

    [JsonIgnore]
    public byte[]? Plaintext { get; init; }
}

/// <summary>A frame's fixed header.</summary>
internal sealed record HeaderView(
    string SessionId, ulong Timestamp, IReadOnlyList<string> Flags, int Opcode, string OpcodeName, int PayloadLength);

/// <summary>A shakehand: what is clear, and its content if it could be decrypted.</summary>
internal sealed record ShakehandView(string Hash, int Suite, string SuiteName, string KeyId, string? EncapsulatedKey, string? Cookie, ShakehandContentView? Content);

/// <summary>What is sealed in a shakehand. Key and IV are left out: with them goes nothing that the traffic secrets do not give.</summary>
internal sealed record ShakehandContentView(
    int Version, int Algorithm, string AlgorithmName, string? Token, string? ClientShare, ParametersView? Parameters);

/// <summary>A reply, refusal, hint or confirmation.</summary>
internal sealed record HandshakeView(
    int Code, string CodeName, int? Reason, string? ReasonName, string? Mac, string? ServerShare, ParametersView? Parameters);

/// <summary>A demand for proof of address.</summary>
internal sealed record RetryView(string ShakehandHashStart, string Cookie);

/// <summary>A side's parameters, with the defaults for those that were not sent.</summary>
internal sealed record ParametersView(
    long IdleTimeoutMs,
    long MaxPacketBytes,
    long InitialSessionCredit,
    long InitialStreamCredit,
    long MaxStreams,
    long MaxAckDelayMicros,
    long MaxUdpPayload);
