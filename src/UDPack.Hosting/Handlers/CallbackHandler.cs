namespace UDPack.Hosting.Handlers;

/// <summary>Delegates as a handler; has no state, so one serves all sessions.</summary>
internal sealed class CallbackHandler(UdpackCallbacks callbacks) : UdpackPacketHandler
{
    internal override string DisplayName => "a delegate";

    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken) =>
        callbacks.OnConnected?.Invoke(session, cancellationToken) ?? ValueTask.CompletedTask;

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        callbacks.OnPacket?.Invoke(session, packet, cancellationToken) ?? ValueTask.CompletedTask;

    protected override ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken) =>
        callbacks.OnStream?.Invoke(session, stream, cancellationToken) ?? base.OnStreamAsync(session, stream, cancellationToken);

    protected override ValueTask OnDatagramAsync(UdpackSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        callbacks.OnDatagram?.Invoke(session, message, cancellationToken) ?? ValueTask.CompletedTask;

    protected override ValueTask OnSequencedAsync(UdpackSession session, int lane, long number, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        callbacks.OnSequenced?.Invoke(session, lane, number, message, cancellationToken) ?? base.OnSequencedAsync(session, lane, number, message, cancellationToken);

    protected override ValueTask OnLatestAsync(UdpackSession session, uint key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        callbacks.OnLatest?.Invoke(session, key, value, cancellationToken) ?? ValueTask.CompletedTask;

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason) =>
        callbacks.OnDisconnected?.Invoke(session, reason) ?? ValueTask.CompletedTask;
}
