using UDPack.Hosting.Handlers;

namespace UDPack.Hosting;

/// <summary>
/// A handler that is called for each packet of the session, one at a time and in order, for each stream, several at a time, and for
/// each unreliable message, one at a time. While a packet's call runs, no further packet is taken, so a slow handler slows its own
/// client down and nobody else.
/// </summary>
public abstract class UdpackPacketHandler : UdpackSessionHandler
{
    /// <summary>For logs.</summary>
    internal virtual string DisplayName => GetType().Name;

    /// <summary>Who runs it; the same for all its sessions.</summary>
    internal IHandlerHost? Host { get; set; }

    /// <summary>Called once, before the first packet, stream or message.</summary>
    /// <param name="session">The session; READY.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended.</param>
    protected virtual ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Called for each packet.</summary>
    /// <param name="session">The session.</param>
    /// <param name="packet">The packet's bytes, valid until the returned task ends; copy what must live longer.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended. A stopping server lets a packet's handling finish.</param>
    protected abstract ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);

    /// <summary>
    /// Called for each stream that the client opens; runs beside all other calls, for at most as many streams at once as the client may have
    /// open. When the task ends, the stream is disposed: what was sent is still delivered. An exception aborts the stream with code 2, is logged
    /// once, and concerns nothing else. Not overridden, it refuses the stream: abort with code 1.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended, or should: finish and return.</param>
    protected virtual ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Refuse();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Called for each unreliable message, one at a time; when more arrive than are handled, the oldest are dropped. An exception ends the session with an
    /// error. Not overridden, messages are dropped.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="message">The message's bytes, valid until the returned task ends; copy what must live longer.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended.</param>
    protected virtual ValueTask OnDatagramAsync(UdpackSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Called for each sequenced message, in the order of its lane, in turns with <see cref="OnDatagramAsync"/>: only one of both runs at a time. Not overridden,
    /// it calls that one.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="lane">The lane, from 1.</param>
    /// <param name="number">The message's place in its lane, from 1; numbers that are left out were lost, came too late, or were dropped.</param>
    /// <param name="message">The message's bytes, valid until the returned task ends; copy what must live longer.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended.</param>
    protected virtual ValueTask OnSequencedAsync(UdpackSession session, int lane, long number, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        OnDatagramAsync(session, message, cancellationToken);

    /// <summary>
    /// Called for values that the client set with <see cref="UdpackSession.SendLatest"/>, in turns with <see cref="OnDatagramAsync"/>: only one of both runs at a time. Of each key
    /// only newer ones come; while a call runs, the next of the same key replaces one that waits. An exception ends the session with an error. Not
    /// overridden, values are dropped.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value's bytes, valid until the returned task ends; copy what must live longer.</param>
    /// <param name="cancellationToken">Cancelled when the session has ended.</param>
    protected virtual ValueTask OnLatestAsync(UdpackSession session, uint key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Called once at the end, when no other call runs any more, if <see cref="OnConnectedAsync"/> had returned. Nothing can be sent any more unless the server
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
        var arrivals = new ArrivalDispatcher(this, session);
        try
        {
            session.Observe(arrivals);

            // All in one method: each further one would hold a state machine for every session that waits here.
            var isStopped = false;
            while (reason is null)
            {
                UdpackPacket packet;
                try
                {
                    // Packets that have arrived are acknowledged to the peer already, so a stopping server still handles them.
                    if (!session.TryReceive(out packet))
                    {
                        if (cancellationToken.IsCancellationRequested)
                        {
                            if (isStopped)
                            {
                                reason = session.CloseReason ?? new UdpackCloseReason(SessionEndCause.ClosedLocally);
                            }
                            else
                            {
                                // No more may be acknowledged from now on; once more for what was meanwhile.
                                await session.StopReceivingAsync(CancellationToken.None).ConfigureAwait(false);
                                isStopped = true;
                            }

                            continue;
                        }

                        packet = await session.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
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
            if (reason is null && arrivals.IsBusy)
            {
                // It failed: those who use its streams must not keep the session.
                session.AbortFor(GoAwayReason.HandlerFailed);
            }

            try
            {
                await arrivals.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                await OnDisconnectedAsync(session, reason ?? new UdpackCloseReason(SessionEndCause.Aborted, Reason: GoAwayReason.HandlerFailed)).ConfigureAwait(false);
            }
        }
    }

    internal ValueTask HandleStreamAsync(UdpackSession session, UdpackStream stream) => OnStreamAsync(session, stream, session.CloseRequested);

    internal ValueTask HandleMessageAsync(UdpackSession session, in UdpackPacket message) =>
        message.IsValue ? OnLatestAsync(session, message.Key, message.Memory, session.Closed)
        : message.Lane == 0 ? OnDatagramAsync(session, message.Memory, session.Closed)
        : OnSequencedAsync(session, message.Lane, message.Number, message.Memory, session.Closed);
}
