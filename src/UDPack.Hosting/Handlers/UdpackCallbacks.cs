namespace UDPack.Hosting;

/// <summary>
/// A <see cref="UdpackPacketHandler"/> in the form of delegates, for small applications. They are called for all sessions of an
/// endpoint, those of different sessions at the same time.
/// </summary>
public sealed class UdpackCallbacks
{
    /// <summary>See <c>UdpackPacketHandler.OnConnectedAsync</c>.</summary>
    public Func<UdpackSession, CancellationToken, ValueTask>? OnConnected { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnPacketAsync</c>; null: packets are dropped.</summary>
    public Func<UdpackSession, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnPacket { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnStreamAsync</c>; null: streams are refused.</summary>
    public Func<UdpackSession, UdpackStream, CancellationToken, ValueTask>? OnStream { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnDatagramAsync</c>; null: messages are dropped.</summary>
    public Func<UdpackSession, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnDatagram { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnSequencedAsync</c>, with lane and number; null: <see cref="OnDatagram"/> is called.</summary>
    public Func<UdpackSession, int, long, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnSequenced { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnLatestAsync</c>, with the key; null: values are dropped.</summary>
    public Func<UdpackSession, uint, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnLatest { get; init; }

    /// <summary>See <c>UdpackPacketHandler.OnDisconnectedAsync</c>.</summary>
    public Func<UdpackSession, UdpackCloseReason, ValueTask>? OnDisconnected { get; init; }
}
