using System.Net;

namespace UDPack.Tool.Connections;

/// <summary>With whom a client connects, and how.</summary>
internal sealed record ClientConnection
{
    // Whoever sits before the terminal need not wait half a minute to hear that nobody answers.
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(7.5);

    public required EndPoint Server { get; init; }

    public required ServerPublicKey ServerPublicKey { get; init; }

    public required SharedSettings Shared { get; init; }

    /// <summary>How long to try, up to the random fifth that retries have.</summary>
    public TimeSpan ConnectTimeout { get; init; } = DefaultConnectTimeout;

    public UdpackNetwork Network { get; init; } = UdpackNetwork.System;
}
