using UDPack.Hosting.Diagnostics;

namespace UDPack.Hosting.Clients;

internal sealed partial class ClientConnection
{
    // What timers take is somewhat more.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(45);

    /// <summary>A server may need as long for a verdict. The same name, token and message for longer would be stale.</summary>
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(15);

    private readonly TokenRefusals _refusals = new();

    /// <summary>Makes sessions until there is nothing more to do. The only one who changes the state.</summary>
    private async Task DriveAsync()
    {
        Exception? error = null;
        try
        {
            error = await MakeSessionsAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whoever waits for a session must not wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_connectNoMore.IsCancellationRequested)
            {
                LogDriverFailed(exception, Name);
                error = exception;
            }

            // Else nobody wants another session, and how the last attempt was cut off says nothing.
        }

        _lastError = error;
        _wasStopped = error is null && _connectNoMore.IsCancellationRequested;
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
        var outage = NewOutage(lost: null);
        for (UdpackSession? lost = null; ;)
        {
            UdpackSession session;
            try
            {
                session = await ConnectAsync(outage).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_connectNoMore.IsCancellationRequested)
            {
                _refusals.OnFailed(exception);
                if ((lost is null && MustConnect) || !await WaitToRetryAsync(_state, null, exception, outage).ConfigureAwait(false))
                {
                    return exception;
                }

                continue;
            }

            OnConnected(session, outage, isAnother: lost is not null);
            await EndAsync(session).ConfigureAwait(false);
            if (session.WasClosingHere || _connectNoMore.IsCancellationRequested)
            {
                return null;
            }

            lost = session;
            outage = NewOutage(_losses.OnLost(_connector.Settings.Reconnect.MaxDelayWhenRefused));
            var error = session.CreateEndException();
            if (!await WaitToRetryAsync(UdpackConnectionState.Reconnecting, session, error, outage).ConfigureAwait(false))
            {
                return error;
            }
        }
    }

    private Outage NewOutage(long? lost) => new(_time, lost, Backoff);

    /// <summary>A session that its hooks are done with.</summary>
    private async Task<UdpackSession> ConnectAsync(Outage outage)
    {
        outage.Silence.BeginAttempt();
        var connecting = _connector.ConnectAsync(options => Prepare(options, outage), _connectNoMore.Token);
        UdpackSession session;
        try
        {
            session = await connecting.WaitAsync(_connectNoMore.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_connectNoMore.IsCancellationRequested)
        {
            // A token provider need not heed the cancellation; what comes of it late is put away.
            _ = PutAwayAsync(connecting);
            throw;
        }

        _refusals.Forget();
        await RunHooksAsync(session).ConfigureAwait(false);
        return session;
    }

    /// <summary>What a lasting connection does otherwise than a single connect.</summary>
    private void Prepare(UdpackClientOptions options, Outage outage)
    {
        options.ConnectTimeout ??= LongestAttempt;
        options.RetrySchedule = outage.Silence.Next;
        options.Trouble = (server, explanation) =>
        {
            _trouble = explanation;
            if (outage.TellOnce($"{server} {explanation}"))
            {
                LogTrouble(Name, server, explanation);
            }
        };
        if (options.TokenProvider is { } provider)
        {
            options.TokenProvider = async cancellationToken =>
            {
                var token = await provider(cancellationToken).ConfigureAwait(false);
                _refusals.OnUsed(token);
                return token;
            };
        }
        else
        {
            _refusals.OnUsed(options.Token);
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

    private void OnConnected(UdpackSession session, Outage outage, bool isAnother)
    {
        _lastError = null;
        _trouble = null;
        if (isAnother)
        {
            _metrics.OnReconnected(Name);
            LogReconnected(Name, session.RemoteEndPoint, DurationText.Of(outage.Elapsed), session.Id, session.Algorithm);
        }
        else
        {
            LogConnected(Name, session.RemoteEndPoint, session.Id, session.Algorithm);
        }

        Change(UdpackConnectionState.Connected, session, null, null, () => _chain.Add(session));
        _firstConnect.TrySetResult();
    }

    /// <summary>Whether to try again, once it is time to.</summary>
    private async Task<bool> WaitToRetryAsync(UdpackConnectionState state, UdpackSession? lost, Exception error, Outage outage)
    {
        _lastError = error;
        _trouble = null;
        var context = outage.Describe(error);
        if (NextDelay(context, outage) is not { } wait)
        {
            LogGaveUp(Name, outage.Retries, error.Message);
            return false;
        }

        outage.OnRetry();
        if (BackoffPolicy.IsRefusal(error))
        {
            _losses.OnHeldBack(wait);
        }

        if (lost is null)
        {
            if (outage.IsNews(context))
            {
                LogConnectFailed(Name, DurationText.In(wait), error.Message);
            }
            else
            {
                LogConnectFailedAgain(Name, DurationText.In(wait), error.Message);
            }
        }
        else if (lost.CloseReason is { Cause: SessionEndCause.ClosedByPeer })
        {
            LogSessionEnded(Name, lost.Id, DurationText.In(wait), error.Message);
        }
        else
        {
            LogSessionLost(Name, lost.Id, DurationText.In(wait), error.Message);
        }

        Change(state, lost, error, wait);
        await Task.Delay(wait, _time, _connectNoMore.Token).ConfigureAwait(false);
        return true;
    }

    private TimeSpan? NextDelay(UdpackReconnectContext context, Outage outage)
    {
        TimeSpan? delay;
        try
        {
            delay = _connector.Parts.ReconnectPolicy(Name) is { } policy ? policy.NextDelay(context) : OwnDelay();
        }
#pragma warning disable CA1031 // The application's code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogPolicyFailed(exception, Name);
            delay = OwnDelay();
        }

        return delay is null ? null
            : delay < TimeSpan.Zero ? TimeSpan.Zero
            : delay > LongestDelay ? LongestDelay
            : delay;

        TimeSpan? OwnDelay()
        {
            var policy = Backoff();
            if (_refusals.Count >= _connector.Settings.Reconnect.MaxTokenRefusals || !policy.MayRetry(outage.Retries))
            {
                return null;
            }

            // An attempt that nothing answered has waited already.
            return context.LastError is UdpackException { Error: UdpackError.ConnectTimeout } ? outage.Silence.Left : policy.DelayAfter(outage.NextStep(context.LastError), context.LastError);
        }
    }

    private BackoffPolicy Backoff() => new(_connector.Settings.Reconnect, _connector.Parts.Network);

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
