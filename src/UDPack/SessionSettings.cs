using System.Runtime.CompilerServices;
using UDPack.Protocol;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack;

/// <summary>Between a session's options and the protocol's parameters.</summary>
internal static class SessionSettings
{
    /// <summary>Room for a few packets, or credit could stand in its own way.</summary>
    public const int LeastCreditBytes = 16 * 1024;

    public const int MostStreams = 65_536;

    private const int Most = 1 << 30;

    public static void Validate(UdpackSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InRange(options.SessionCreditBytes, LeastCreditBytes, Most);
        InRange(options.MaxSessionCreditBytes, LeastCreditBytes, Most);
        InRange(options.StreamCreditBytes, LeastCreditBytes, Most);
        InRange(options.MaxStreamCreditBytes, LeastCreditBytes, Most);
        InRange(options.MaxStreams, 0, MostStreams);
        InRange(options.SendBufferBytes, 1, Most);
        InRange(options.MaxSendBufferBytes, 1, Most);
        InRange(options.MaxPacketBytes, 1, Most);
        InRange(options.DatagramQueueBytes, 0, Most);
        InRange(options.MaxUdpPayloadBytes, TransportParameters.SmallestMaxUdpPayload, TransportParameters.LargestUdpPayload);
        if (!Enum.IsDefined(options.Congestion))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Congestion, $"Congestion must be one of: {string.Join(", ", Enum.GetNames<CongestionAlgorithm>())}.");
        }

        if (options.IdleTimeout is { } idle)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(idle, TimeSpan.FromMilliseconds(1));
        }
    }

    public static TransportParameters ToParameters(UdpackSessionOptions options) => new()
    {
        IdleTimeoutMs = options.IdleTimeout is { } idle ? (long)idle.TotalMilliseconds : 0,
        MaxPacketBytes = options.MaxPacketBytes,
        InitialSessionCredit = options.SessionCreditBytes,
        InitialStreamCredit = options.StreamCreditBytes,
        MaxStreams = options.MaxStreams,
        MaxUdpPayload = options.MaxUdpPayloadBytes,
    };

    public static SessionOptions ToSessionOptions(UdpackSessionOptions options, bool mayFragment, TimeSpan? keepAlive = null) => new()
    {
        KeepAliveMicros = keepAlive is { } interval ? (long)interval.TotalMicroseconds : null,
        Congestion = options.Congestion,
        MaxSessionWindow = options.MaxSessionCreditBytes,
        MaxStreamWindow = options.MaxStreamCreditBytes,
        DatagramQueueBytes = options.DatagramQueueBytes,

        // A search for more would find what arrives in fragments, and every loss of one would lose them all.
        MaxUdpPayload = mayFragment ? TransportParameters.SmallestMaxUdpPayload : options.MaxUdpPayloadBytes,
    };

    private static void InRange(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name["options.".Length..]} must be {least:N0} to {most:N0}.");
        }
    }
}
