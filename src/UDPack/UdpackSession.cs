using System.Net;
using System.Security.Claims;
using UDPack.Protocol;

namespace UDPack;

/// <summary>One secure session. Thread-safe, except that only one receive may wait at a time.</summary>
public sealed class UdpackSession : IAsyncDisposable
{
    internal UdpackSession() { }

    /// <summary>The session id: high half chosen by the client, low half by the server.</summary>
    public uint Id => throw null!;

    /// <summary>The peer's address; changes when the peer moves.</summary>
    public IPEndPoint RemoteEndPoint => throw null!;

    /// <summary>The local address.</summary>
    public IPEndPoint LocalEndPoint => throw null!;

    /// <summary>Who the client is, from the token validator; null on clients and for anonymous sessions.</summary>
    public ClaimsPrincipal? User => throw null!;

    /// <summary>A place for the application's own data. Created on first use; not thread-safe itself.</summary>
    public IDictionary<object, object?> Items => throw null!;

    /// <summary>The session's state.</summary>
    public SessionState State => throw null!;

    /// <summary>The session's cipher.</summary>
    public CipherAlgorithm Algorithm => throw null!;

    /// <summary>The largest packet that can be sent, in bytes.</summary>
    public int MaxPacketBytes => throw null!;

    /// <summary>Cancelled when the session has ended, whatever the reason.</summary>
    public CancellationToken Closed => throw null!;

    /// <summary>Cancelled when this side wants to end the session gracefully, as a draining server does; finish and return.</summary>
    public CancellationToken CloseRequested => throw null!;

    /// <summary>How the session ended; null while it lives.</summary>
    public UdpackCloseReason? CloseReason => throw null!;

    /// <summary>Queues a packet for reliable, ordered delivery; waits while the send buffer is full. The memory may be reused when the task ends.</summary>
    /// <exception cref="UdpackException">The packet is too large, or the session has ended.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Like <see cref="SendAsync"/>, and waits until the peer's transport has acknowledged the packet.</summary>
    public ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Queues a packet if the send buffer has room for it now; false if not.</summary>
    public bool TrySend(ReadOnlySpan<byte> packet) => throw null!;

    /// <summary>Waits for the next packet. Dispose it to let the peer send more.</summary>
    /// <exception cref="UdpackException">The session has ended and no packet is left.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    public ValueTask<UdpackPacket> ReceiveAsync(CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Takes a packet that has already arrived.</summary>
    public bool TryReceive(out UdpackPacket packet) => throw null!;

    /// <summary>All packets until the session ends gracefully; throws if it ends otherwise. Each packet is disposed by the consumer.</summary>
    public IAsyncEnumerable<UdpackPacket> ReadAllAsync(CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Ends the session once all packets are acknowledged, or when <paramref name="cancellationToken"/> fires: then at once.</summary>
    public ValueTask CloseAsync(ushort? applicationCode = null, CancellationToken cancellationToken = default) => throw null!;

    /// <summary>Ends the session now; what is unacknowledged may be lost.</summary>
    public void Abort(ushort? applicationCode = null) => throw null!;

    /// <summary>The transport's figures at this moment.</summary>
    public UdpackSessionStatistics GetStatistics() => throw null!;

    /// <summary>Closes the session as <see cref="CloseAsync"/> does, waiting at most a few seconds for the peer.</summary>
    public ValueTask DisposeAsync() => throw null!;
}
