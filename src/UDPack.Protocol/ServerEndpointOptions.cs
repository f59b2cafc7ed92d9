using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>When a server asks for a retry cookie.</summary>
internal enum CookieMode
{
    UnderLoad,
    Always,
    Never,
}

/// <summary>A server's limits and what it tells its clients. Immutable; replaced as a whole.</summary>
internal sealed record ServerEndpointOptions
{
    public TransportParameters Parameters { get; init; } = new();

    public IReadOnlyCollection<CipherAlgorithm> Algorithms { get; init; } =
        [CipherAlgorithm.Aes128Gcm, CipherAlgorithm.Aes256Gcm, CipherAlgorithm.ChaCha20Poly1305];

    /// <summary>OPEN and READY sessions together.</summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>READY sessions of one host.</summary>
    public int? MaxSessionsPerAddress { get; init; }

    /// <summary>READY sessions of one address prefix.</summary>
    public int? MaxSessionsPerPrefix { get; init; }

    /// <summary>What counts as one prefix. What is counted already cannot be counted by another: not changed by a later set of options.</summary>
    public PrefixLengths PrefixLengths { get; init; } = new(24, 56);

    /// <summary>Handshakes per second that one prefix may begin; null for any number.</summary>
    public int? HandshakeRatePerPrefix { get; init; } = 500;

    /// <summary>How many it may begin at once after a pause.</summary>
    public int HandshakeBurstPerPrefix { get; init; } = 5000;

    /// <summary>Handshakes that are neither READY nor refused.</summary>
    public int MaxPending { get; init; } = 4096;

    public long HandshakeTimeoutMicros { get; init; } = 10_000_000;

    public CookieMode AddressValidation { get; init; } = CookieMode.UnderLoad;

    public int AddressValidationThreshold { get; init; } = 256;

    /// <summary>Clear goaways for unknown sessions, and refusals for shakehands that do not open, per second each.</summary>
    public int HintsPerSecond { get; init; } = 200;

    /// <summary>How much of what was received may wait for the applications, all sessions together.</summary>
    public long MaxBufferedBytes { get; init; } = 256L << 20;

    public SessionOptions Session { get; init; } = new();

    /// <summary>Takes the secrets of handshakes and sessions; null for nobody.</summary>
    public IKeyLogSink? KeyLog { get; init; }
}
