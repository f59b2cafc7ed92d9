using UDPack.Protocol.Sessions;
using UDPack.Sessions;

namespace UDPack;

/// <summary>How it ends.</summary>
public sealed partial class UdpackSession
{
    /// <summary>
    /// Ends the session once all accepted packets are acknowledged, or when <paramref name="cancellationToken"/> fires: then at once. A peer that is alive
    /// and takes none of it, as one whose application does not read, is waited for as long as one that is silent: when nothing of what is to be delivered was acknowledged for the
    /// idle timeout (30 s where there is none), the session ends without the rest. The task ends when the session has ended; it does not tell whether all arrived, for which
    /// there are <see cref="SendAndConfirmAsync(ReadOnlyMemory{byte}, CancellationToken)"/> and <see cref="UdpackStream.WritesClosed"/>. Further calls wait for the same end.
    /// </summary>
    /// <param name="applicationCode">Told to the peer's application.</param>
    /// <param name="text">
    /// Told to the peer, whose <see cref="UdpackCloseReason.Detail"/> it is, for its log. What is beyond 128 bytes as UTF-8 is cut off, and what does not
    /// print becomes a space.
    /// </param>
    /// <param name="cancellationToken">Cuts the wait for acknowledgements short; this throws nothing.</param>
    public async ValueTask CloseAsync(ushort? applicationCode = null, string? text = null, CancellationToken cancellationToken = default)
    {
        _loopSide.RequestClose(Timeout.InfiniteTimeSpan, CloseWords.Of(applicationCode, text));
        if (cancellationToken.CanBeCanceled)
        {
            var ended = EndedAsync();
            using var cut = cancellationToken.UnsafeRegister(
                static side => ((LoopSide)side!).RequestClose(TimeSpan.Zero, null), _loopSide);
            await ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndsAsync(TimeSpan.Zero).ConfigureAwait(false);
        }
        else
        {
            await EndedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the session now; what is unacknowledged may be lost.</summary>
    /// <param name="applicationCode">Told to the peer's application.</param>
    /// <param name="text">Told to the peer, as with <see cref="CloseAsync"/>.</param>
    public void Abort(ushort? applicationCode = null, string? text = null) => _loopSide.RequestAbort(CloseWords.Of(applicationCode, text));

    /// <summary>Closes the session as <see cref="CloseAsync"/> does, waiting at most 5 s for the peer, and drops packets, messages and streams nobody took.</summary>
    public ValueTask DisposeAsync() => DisposeAsync(DisposeDrain);

    /// <summary>The same with another patience.</summary>
    internal async ValueTask DisposeAsync(TimeSpan drain)
    {
        _loopSide.RequestClose(drain, null);
        await EndsAsync(drain).ConfigureAwait(false);
        _loopSide.OnTaken(_received.Clear());
        _messages?.Clear();
        _latest?.Clear();
        while (_accepting is { } accepting && accepting.TryTake(out var stream))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        _loopSide.FlushTaken();
    }

    /// <summary>Ends the session now for a reason of this side that is not the application's wish.</summary>
    internal void AbortFor(GoAwayReason reason) => _loopSide.RequestAbort(CloseWords.Of(null, null, reason));

    internal UdpackException CreateEndException() => SessionErrors.Create(CloseReason);

    /// <summary>Asks the application to finish; see <see cref="CloseRequested"/>.</summary>
    internal void RequestClose()
    {
        CancellationTokenSource? source;
        lock (Gate)
        {
            _isCloseRequested = true;
            source = _closeRequested;
        }

        CancelOffLoop(source);
    }

    /// <summary>Ends the session at once, telling the peer.</summary>
    internal void CloseNow() => _loopSide.RequestClose(TimeSpan.Zero, null);

    /// <summary>Ends the session when the validator's verdict runs out.</summary>
    internal void ArmExpiry(TimeProvider time)
    {
        if (_verdict?.ExpiresAt is not { } expiresAt)
        {
            return;
        }

        var remaining = expiresAt - time.GetUtcNow();
        if (remaining <= TimeSpan.Zero)
        {
            _loop.Post(now => _core.End(now, SessionEnd.AuthorisationOver, tellPeer: true));
            return;
        }

        // Timers take at most about 49 days; sessions that long look again.
        var due = remaining < MaxTimer ? remaining : MaxTimer;
        _time = time;
        _expiry = time.CreateTimer(static state => ((UdpackSession)state!).OnExpiryTimer(), this, due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The loop is gone, and with it the session.</summary>
    internal void OnLoopEnded()
    {
        OnEnded(new UdpackCloseReason(SessionEndCause.Aborted));
        _loopSide.ReleaseAll();
    }

    /// <summary>
    /// The loop hangs: whoever waits for something of this session is answered as at an ordinary end. What is the loop's own stays untouched, as it may go on
    /// some day.
    /// </summary>
    internal void Abandon()
    {
        _loopSide.RequestClose(TimeSpan.Zero, null);
        OnEnded(new UdpackCloseReason(_loopSide.IsAbortRequested ? SessionEndCause.Aborted : SessionEndCause.ClosedLocally));
        _loopSide.Abandon();
        CancellationTokenSource? abandoned;
        lock (Gate)
        {
            _isAbandoned = true;
            abandoned = _abandoned;
        }

        CancelOffLoop(abandoned);
    }

    /// <summary>Waits for the end that was asked for, but not for a loop that hangs.</summary>
    private async ValueTask EndsAsync(TimeSpan drain)
    {
        // Timers take at most about 49 days.
        if (!await _loop.BringsAsync(EndedAsync(), drain < TimeSpan.Zero || drain > MaxTimer ? MaxTimer : drain).ConfigureAwait(false))
        {
            Abandon();
        }
    }

    private void OnExpiryTimer()
    {
        _expiry?.Dispose();
        if (_closeReason is null)
        {
            ArmExpiry(_time!);
        }
    }

    private static void CancelOffLoop(CancellationTokenSource? source)
    {
        // Callbacks are the application's code: they run elsewhere, and what they throw ends in the task, not the process.
        _ = source?.CancelAsync();
    }

    private Task EndedAsync()
    {
        lock (Gate)
        {
            if (_closeReason is not null)
            {
                return Task.CompletedTask;
            }

            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _ended.Task;
        }
    }

    private CancellationToken GetToken(ref CancellationTokenSource? source, ref bool isCancelled)
    {
        if (Volatile.Read(ref source) is { } existing)
        {
            return existing.Token;
        }

        lock (Gate)
        {
            if (source is null && isCancelled)
            {
                return new CancellationToken(canceled: true);
            }

            source ??= new CancellationTokenSource();
            return source.Token;
        }
    }

    private void OnEnded(UdpackCloseReason reason)
    {
        CancellationTokenSource? closed;
        CancellationTokenSource? closeRequested;
        TaskCompletionSource? ended;
        lock (Gate)
        {
            if (_closeReason is not null)
            {
                return;
            }

            WasClosingHere = _loopSide.IsGracefulCloseRequested;
            _closeReason = reason;
            _isCloseRequested = _hasEnded = true;
            closed = _closed;
            closeRequested = _closeRequested;
            ended = _ended;
        }

        _expiry?.Dispose();
        _outgoing.End(CreateEndException);
        _received.End(CreateEndException);
        _messages?.End(CreateEndException);
        _outbox?.End();
        _latest?.End(CreateEndException);
        _latestOutbox?.End();
        _accepting?.End(CreateEndException);
        CancelOffLoop(closeRequested);
        CancelOffLoop(closed);
        ended?.SetResult();
        _owner.OnSessionEnded(this);
    }
}
