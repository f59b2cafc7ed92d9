using System.Net;
using UDPack.Protocol;

namespace UDPack;

/// <summary>A bound UDP socket that admits sessions. Thread-safe.</summary>
public sealed class UdpackListener : IAsyncDisposable
{
    internal UdpackListener() { }

    /// <summary>Binds and starts listening; shakehands are answered at once unless <paramref name="admit"/> is false.</summary>
    /// <exception cref="UdpackException">The address cannot be bound; the message names it.</exception>
    public static UdpackListener Listen(UdpackListenerOptions options, bool admit = true) => throw null!;

    /// <summary>The bound address, with the port that was picked.</summary>
    public IPEndPoint LocalEndPoint => throw null!;

    /// <summary>Sessions that are READY now.</summary>
    public int ActiveSessions => throw null!;

    /// <summary>Handshakes not finished or remembered to recognise repeats.</summary>
    public int PendingHandshakes => throw null!;

    /// <summary>Whether new sessions are admitted. Set false to drain.</summary>
    public bool Admitting { get => throw null!; set => throw null!; }

    /// <summary>Ends when the listener stopped; faulted if its event loop died.</summary>
    public Task Completion => throw null!;

    /// <summary>The next session that became READY.</summary>
    /// <exception cref="ObjectDisposedException">The listener was stopped.</exception>
    public ValueTask<UdpackSession> AcceptSessionAsync(CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Counters of this listener.</summary>
    public UdpackListenerStatistics GetStatistics() => throw null!;

    /// <summary>
    /// Stops: admits no more, requests every session's end, waits until they ended or <paramref name="drainTimeout"/> passed or
    /// <paramref name="cancellationToken"/> fired, says goaway to the rest, and closes the socket.
    /// </summary>
    public Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Stops without draining: every session gets its goaway at once.</summary>
    public ValueTask DisposeAsync() => throw null!;
}
