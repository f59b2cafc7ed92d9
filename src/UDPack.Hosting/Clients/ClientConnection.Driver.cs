namespace UDPack.Hosting.Clients;

internal sealed partial class ClientConnection
{
    // What timers take is somewhat more.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(45);

    /// <summary>Makes sessions until there is nothing more to do. The only one who changes the state.</summary>
    private async Task DriveAsync()
    {
        Exception? error = null;
        try
        {
            error = await MakeSessionsAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_connectNoMore.IsCancellationRequested)
        {
            // Nobody wants another session.
        }
#pragma warning disable CA1031 // Whoever waits for a session must not wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDriverFailed(exception, Name);
            error = exception;
        }

        _lastError = error;
        Change(UdpackConnectionState.Closed, null, error, null, _chain.End);
        _firstConnect.TrySetException(error ?? CreateClosedException());
        _ = _firstConnect.Task.Exception; // Perhaps nobody waits for it.
        LogClosed(Name);
        _completion.SetResult();
    }

    /// <summary>Returns why it gave up, or null if it was told to end.</summary>
    private async Task<Exception?> MakeSessionsAsync()
    {
        _connectNoMore.Token.ThrowIfCancellationRequested();
        Change(UdpackConnectionState.Connecting);
        var outage = new Outage(_time);
        for (UdpackSession? lost = null; ;)
        {
            UdpackSession session;
            try
            {
                session = await ConnectAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (!_connectNoMore.IsCancellationRequested)
            {
                if ((lost is null && MustConnect) || !await WaitToRetryAsync(_state, null, exception, outage).ConfigureAwait(false))
                {
                    return exception;
                }

                continue;
            }

            OnConnected(session, isAnother: lost is not null);
            var began = _time.GetTimestamp();
            await EndAsync(session).ConfigureAwait(false);
            if (session.WasClosingHere || _connectNoMore.IsCancellationRequested)
            {
                return null;
            }

            lost = session;
            if (outage.IsNew || _time.GetElapsedTime(began) >= _connector.Settings.Reconnect.MaxDelay)
            {
                // A server that takes sessions and ends them at once is as bad as one that is away: delays go on growing.
                outage = new Outage(_time);
            }

            var error = session.CreateEndException();
            if (!await WaitToRetryAsync(UdpackConnectionState.Reconnecting, session, error, outage).ConfigureAwait(false))
            {
                return error;
            }
        }
    }

    private async Task<UdpackSession> ConnectAsync()
    {
        var connecting = _connector.ConnectAsync(_connectNoMore.Token);
        try
        {
            return await connecting.WaitAsync(_connectNoMore.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_connectNoMore.IsCancellationRequested)
        {
            // A token provider need not heed the cancellation; what comes of it late is put away.
            _ = PutAwayAsync(connecting);
            throw;
        }
    }

    private static async Task PutAwayAsync(Task<UdpackSession> connecting)
    {
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully)
        {
            (await connecting.ConfigureAwait(false)).Abort();
        }
    }

    private void OnConnected(UdpackSession session, bool isAnother)
    {
        _lastError = null;
        if (isAnother)
        {
            _metrics.OnReconnected(Name);
        }

        LogConnected(Name, session.RemoteEndPoint, session.Id, session.Algorithm);
        Change(UdpackConnectionState.Connected, session, null, null, () => _chain.Add(session));
        _firstConnect.TrySetResult();
    }

    /// <summary>Waits until the session has ended, and ends it when it is time to stop.</summary>
    private async Task EndAsync(UdpackSession session)
    {
        await WaitForEitherAsync(session.Closed, _stop.Token).ConfigureAwait(false);
        if (session.CloseReason is not null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Drain, _time);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _cut.Token);
        await session.CloseAsync(null, cancellationToken: cut.Token).ConfigureAwait(false);
    }

    private static async Task WaitForEitherAsync(CancellationToken one, CancellationToken other)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = one.UnsafeRegister(static fired => ((TaskCompletionSource)fired!).TrySetResult(), fired);
        using var second = other.UnsafeRegister(static fired => ((TaskCompletionSource)fired!).TrySetResult(), fired);
        await fired.Task.ConfigureAwait(false);
    }

    /// <summary>Whether to try again, once it is time to.</summary>
    private async Task<bool> WaitToRetryAsync(UdpackConnectionState state, UdpackSession? lost, Exception error, Outage outage)
    {
        _lastError = error;
        var context = outage.Next(error);
        var delay = NextDelay(context);
        if (delay is not { } wait)
        {
            LogGaveUp(Name, context.PreviousAttempts, error.Message);
            return false;
        }

        if (lost is null)
        {
            LogConnectFailed(Name, wait, error.Message);
        }
        else
        {
            LogSessionLost(Name, lost.Id, wait, error.Message);
        }

        Change(state, lost, error, wait);
        await Task.Delay(wait, _time, _connectNoMore.Token).ConfigureAwait(false);
        return true;
    }

    private TimeSpan? NextDelay(UdpackReconnectContext context)
    {
        TimeSpan? delay;
        try
        {
            delay = (_connector.Parts.ReconnectPolicy(Name) ?? Backoff()).NextDelay(context);
        }
#pragma warning disable CA1031 // The application's code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogPolicyFailed(exception, Name);
            delay = Backoff().NextDelay(context);
        }

        return delay is null ? null
            : delay < TimeSpan.Zero ? TimeSpan.Zero
            : delay > LongestDelay ? LongestDelay
            : delay;

        BackoffPolicy Backoff() => new(_connector.Settings.Reconnect, _connector.Parts.Network);
    }

    /// <summary>Changes the state, tells those who wait for it, and then those who watch.</summary>
    private void Change(
        UdpackConnectionState state, UdpackSession? session = null, Exception? error = null, TimeSpan? nextDelay = null, Action? tell = null)
    {
        var change = new UdpackConnectionStateChange(_state, state, session, error, nextDelay);
        _state = state;
        tell?.Invoke();
        foreach (var handler in StateChanged?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<UdpackConnectionStateChange>)handler)(this, change);
            }
#pragma warning disable CA1031 // The application's code; the other handlers and the connection go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogHandlerFailed(exception, Name, state);
            }
        }
    }
}
