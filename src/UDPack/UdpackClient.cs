using UDPack.Protocol;

namespace UDPack;

/// <summary>A UDP socket that makes sessions with one server. Thread-safe. For many sessions make one client and connect it many times.</summary>
public sealed class UdpackClient : IAsyncDisposable
{
    /// <summary>Creates the client; the socket opens with the first connect.</summary>
    public UdpackClient(UdpackClientOptions options) => throw null!;

    /// <summary>Connects a session of its own socket; both end together.</summary>
    /// <inheritdoc cref="ConnectAsync(CancellationToken)"/>
    public static ValueTask<UdpackSession> ConnectAsync(UdpackClientOptions options, CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Connects: sends the shakehand, retries on silence, and returns the session once it is READY.</summary>
    /// <exception cref="UdpackException">
    /// <see cref="UdpackError.ConnectTimeout"/>, <see cref="UdpackError.AuthenticationFailed"/>, <see cref="UdpackError.HandshakeFailed"/>,
    /// <see cref="UdpackError.TokenTooLarge"/>, <see cref="UdpackError.NameNotResolved"/> or <see cref="UdpackError.BindFailed"/>.
    /// </exception>
    public ValueTask<UdpackSession> ConnectAsync(CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Ends all sessions and closes the socket.</summary>
    public ValueTask DisposeAsync() => throw null!;
}
