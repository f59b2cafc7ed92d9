using System.Security.Claims;

namespace UDPack.Testing;

/// <summary>What a <see cref="SessionPair"/> is like.</summary>
public sealed class SessionPairOptions
{
    /// <summary>Who the client is: <see cref="UdpackSession.User"/> of the server's side. Null: nobody in particular.</summary>
    public ClaimsPrincipal? User { get; set; }

    /// <summary>Limits and buffers of the server's side.</summary>
    public UdpackSessionOptions Server { get; set; } = new();

    /// <summary>Limits and buffers of the client's side.</summary>
    public UdpackSessionOptions Client { get; set; } = new();

    /// <summary>The clock of both sides. Default: the system's. A test's own moves keep-alives and timeouts, not the datagrams, which take no time.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
