namespace UDPack.Hosting;

/// <summary>
/// A handler that is called for each packet, one at a time and in order. While a call runs, no further packet is
/// taken, so a slow handler slows its own client down and nobody else.
/// </summary>
public abstract class UdpackPacketHandler : UdpackSessionHandler
{
    /// <summary>Called once, before the first packet.</summary>
    /// <param name="session">The session; READY.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended.</param>
    protected virtual ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Called for each packet.</summary>
    /// <param name="session">The session.</param>
    /// <param name="packet">The packet's bytes, valid until the returned task ends; copy what must live longer.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended. A stopping server lets a packet's handling finish.</param>
    protected abstract ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);

    /// <summary>
    /// Called once at the end, if <see cref="OnConnectedAsync"/> had returned. Nothing can be sent any more unless the server
    /// is stopping or a handler's call threw.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">
    /// How it ended; <see cref="SessionEndCause.ClosedLocally"/> when the server is stopping, and
    /// <see cref="SessionEndCause.Aborted"/> when the handler failed.
    /// </param>
    protected virtual ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public sealed override async Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        await OnConnectedAsync(session, session.Closed).ConfigureAwait(false);
        UdpackCloseReason? reason = null;
        try
        {
            // All in one method: each further one would hold a state machine for every session that waits here.
            while (reason is null)
            {
                UdpackPacket packet;
                try
                {
                    // Packets that have arrived are acknowledged to the peer already, so a stopping server still handles them.
                    if (!session.TryReceive(out packet))
                    {
                        packet = await session.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    reason = session.CloseReason ?? new UdpackCloseReason(SessionEndCause.ClosedLocally);
                    continue;
                }
                catch (UdpackException) when (session.IsClosing)
                {
                    reason = session.CloseReason ?? new UdpackCloseReason(SessionEndCause.ClosedLocally);
                    continue;
                }

                using (packet)
                {
                    await OnPacketAsync(session, packet.Memory, session.Closed).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await OnDisconnectedAsync(session, reason ?? new UdpackCloseReason(SessionEndCause.Aborted)).ConfigureAwait(false);
        }
    }
}
