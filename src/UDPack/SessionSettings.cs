using UDPack.Protocol;
using UDPack.Protocol.Handshake;

namespace UDPack;

/// <summary>Between a session's options and the protocol's parameters.</summary>
internal static class SessionSettings
{
    /// <summary>Room for a few packets of the largest size, or credit could stand in its own way.</summary>
    public const int LeastCreditBytes = 16 * 1024;

    public static void Validate(UdpackSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SessionCreditBytes, LeastCreditBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SendBufferBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPacketBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxPacketBytes, Session.LargestWholePacket);
        if (options.IdleTimeout is { } idle)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(idle, TimeSpan.FromMilliseconds(1));
        }
    }

    public static TransportParameters ToParameters(UdpackSessionOptions options) => new()
    {
        IdleTimeoutMs = options.IdleTimeout is { } idle ? (long)idle.TotalMilliseconds : 0,

        // What this version does not do it does not offer.
        InitialStreamCredit = 0,
        MaxStreams = 0,
        MaxPacketBytes = options.MaxPacketBytes,
        InitialSessionCredit = options.SessionCreditBytes,
    };
}
