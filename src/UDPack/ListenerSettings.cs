using System.Runtime.CompilerServices;
using UDPack.Protocol;
using UDPack.Protocol.Handshake;
using UDPack.Sockets;

namespace UDPack;

/// <summary>Between a listener's options and the protocol's.</summary>
internal static class ListenerSettings
{
    /// <summary>A session id has 16 bits of the server's; some must stay free to be drawn at random.</summary>
    private const int MostSessions = 60_000;

    public static void Validate(UdpackListenerOptions options)
    {
        Required(options.LocalEndPoint);
        Required(options.Keys);
        Required(options.TokenValidator);
        Required(options.Ciphers);
        Required(options.Network);
        options.Network.CheckTime(options.TimeProvider);
        Required(options.Name);
        InRange(options.MaxSessions, 1, MostSessions);
        InRange(options.MaxSessionsPerAddress ?? 1, 1, MostSessions);
        InRange(options.MaxSessionsPerPrefix ?? 1, 1, MostSessions);
        InRange(options.HandshakeRatePerPrefix ?? 1, 1, 100_000);
        InRange(options.HandshakeBurstPerPrefix, 1, 1_000_000);
        InRange(options.IPv4PrefixLength, 8, 32);
        InRange(options.IPv6PrefixLength, 16, 64);
        InRange(options.MaxPendingHandshakes, 1, MostSessions);
        InRange(options.AddressValidationThreshold, 0, MostSessions);
        InRange(options.HandshakeWorkers, 1, 1024);
        InRange(options.HandshakeQueueLength, 1, 1_000_000);
        InRange(options.ReceiveBufferBytes, 1024, 1 << 30);
        if (options.MaxBufferedBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxBufferedBytes, "MaxBufferedBytes must be positive.");
        }

        if (options.HandshakeTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.HandshakeTimeout, "HandshakeTimeout must be positive.");
        }

        if (options.Algorithms is not { Count: > 0 } || !options.Algorithms.Any(options.Ciphers.IsSupported))
        {
            throw new ArgumentException("Algorithms must name at least one cipher that this platform supports.", nameof(options));
        }

        if (AddressRules.LocalProblem(options.LocalEndPoint.Address) is { } problem)
        {
            throw new ArgumentException($"LocalEndPoint: {problem}", nameof(options));
        }

        SessionSettings.Validate(options.Session);
    }

    public static ServerEndpointOptions ToEndpointOptions(UdpackListenerOptions options, bool mayFragment) => new()
    {
        Parameters = SessionSettings.ToParameters(options.Session),
        Algorithms = [.. options.Algorithms],
        MaxSessions = options.MaxSessions,
        MaxSessionsPerAddress = options.MaxSessionsPerAddress,
        MaxSessionsPerPrefix = options.MaxSessionsPerPrefix,
        PrefixLengths = new PrefixLengths(options.IPv4PrefixLength, options.IPv6PrefixLength),
        HandshakeRatePerPrefix = options.HandshakeRatePerPrefix,
        HandshakeBurstPerPrefix = options.HandshakeBurstPerPrefix,
        MaxPending = options.MaxPendingHandshakes,
        HandshakeTimeoutMicros = (long)options.HandshakeTimeout.TotalMicroseconds,
        AddressValidation = (CookieMode)options.AddressValidation,
        AddressValidationThreshold = options.AddressValidationThreshold,
        MaxBufferedBytes = options.MaxBufferedBytes,
        Session = SessionSettings.ToSessionOptions(options.Session, mayFragment) with { UserState = options.Session },
        KeyLog = options.KeyLog,
    };

    /// <summary>Takes over what can change while a listener listens.</summary>
    public static void CopyChangeable(UdpackListenerOptions from, UdpackListenerOptions to)
    {
        to.Algorithms = from.Algorithms;
        to.HandshakeTimeout = from.HandshakeTimeout;
        to.MaxPendingHandshakes = from.MaxPendingHandshakes;
        to.AddressValidation = from.AddressValidation;
        to.AddressValidationThreshold = from.AddressValidationThreshold;
        to.MaxSessions = from.MaxSessions;
        to.MaxSessionsPerAddress = from.MaxSessionsPerAddress;
        to.MaxSessionsPerPrefix = from.MaxSessionsPerPrefix;
        to.HandshakeRatePerPrefix = from.HandshakeRatePerPrefix;
        to.HandshakeBurstPerPrefix = from.HandshakeBurstPerPrefix;
        to.HandshakeWorkers = from.HandshakeWorkers;
        to.HandshakeQueueLength = from.HandshakeQueueLength;
        to.MaxBufferedBytes = from.MaxBufferedBytes;
        to.Session = from.Session.Clone();
    }

    public static UdpackListenerStatistics ToStatistics(EndpointCounters counters) => new()
    {
        DatagramsReceived = Volatile.Read(ref counters.DatagramsReceived),
        DatagramsSent = Volatile.Read(ref counters.DatagramsSent),
        BytesReceived = Volatile.Read(ref counters.BytesReceived),
        BytesSent = Volatile.Read(ref counters.BytesSent),
        HandshakesCompleted = Volatile.Read(ref counters.HandshakesCompleted),
        HandshakesExpired = Volatile.Read(ref counters.HandshakesExpired),
        DatagramsLost = Volatile.Read(ref counters.DatagramsLost),
        PacketsReceived = Volatile.Read(ref counters.PacketsReceived),
        PacketsSent = Volatile.Read(ref counters.PacketsSent),
        StreamsOpened = Volatile.Read(ref counters.StreamsOpened),
        StreamAbortsHeldBack = Volatile.Read(ref counters.StreamAbortsHeldBack),
        MovesRefused = Volatile.Read(ref counters.MovesRefused),
        MessagesReceived = Volatile.Read(ref counters.MessagesReceived),
        MessagesSent = Volatile.Read(ref counters.MessagesSent),
        Dropped = Enum.GetValues<DropReason>().ToDictionary(reason => reason, counters.Dropped),
        Refused = Enum.GetValues<HandshakeRejection>().ToDictionary(reason => reason, counters.Refused),
    };

    private static void Required(object? value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value is null)
        {
            throw new ArgumentException($"{name} is not set.", nameof(value));
        }
    }

    private static void InRange(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least:N0} to {most:N0}.");
        }
    }
}
