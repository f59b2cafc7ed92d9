using UDPack.Hosting.Diagnostics;

namespace UDPack.Hosting.Clients;

/// <summary>A session's life, from its hooks to its end.</summary>
internal sealed partial class ClientConnection
{
    /// <summary>How soon a peer that is heard again is told of.</summary>
    private static readonly TimeSpan SilencePoll = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs what the application does with each new session. Throws if that failed, with the session ended.</summary>
    private async Task RunHooksAsync(UdpackSession session)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(session.Closed, _connectNoMore.Token);
        try
        {
            foreach (var hook in _connector.Parts.SessionHooks(Name))
            {
                await hook.OnSessionAsync(session, cut.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            if (_connectNoMore.IsCancellationRequested)
            {
                // Not a failure of either side's.
                await CloseAsync(session).ConfigureAwait(false);
                throw;
            }

            if (session.CloseReason is not null)
            {
                throw session.CreateEndException();
            }

            LogHookFailed(exception, Name, session.Id);
            session.Abort();
            throw new UdpackException(UdpackError.SessionAborted, $"A session hook failed: {exception.Message}", exception);
        }
    }

    /// <summary>Waits until the session has ended, and ends it when it is time to stop.</summary>
    private async Task EndAsync(UdpackSession session)
    {
        await WatchAsync(session).ConfigureAwait(false);
        if (session.CloseReason is null)
        {
            await CloseAsync(session).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(UdpackSession session)
    {
        using var limit = new CancellationTokenSource(Drain, _time);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _cut.Token);
        await session.CloseAsync(null, cancellationToken: cut.Token).ConfigureAwait(false);
    }

    /// <summary>Waits until the session has ended or is to, and tells meanwhile when nothing is heard from the server.</summary>
    private async Task WatchAsync(UdpackSession session)
    {
        while (session.CloseReason is null && !_stop.IsCancellationRequested)
        {
            var limit = _connector.Settings.UnresponsiveAfter ?? session.KeepAliveInterval * 1.5;
            var silence = _time.GetUtcNow() - session.GetStatistics().LastReceivedAt;
            if (silence >= limit && _state == UdpackConnectionState.Connected)
            {
                LogUnresponsive(Name, DurationText.Of(silence), session.Id);
                Change(UdpackConnectionState.Unresponsive, session);
            }
            else if (silence < limit && _state == UdpackConnectionState.Unresponsive)
            {
                LogHeardAgain(Name, session.Id);
                Change(UdpackConnectionState.Connected, session);
            }

            var pause = limit - silence;
            using var wake = CancellationTokenSource.CreateLinkedTokenSource(session.Closed, _stop.Token);
            await Task.Delay(pause > SilencePoll ? pause : SilencePoll, _time, wake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WaitForEitherAsync(CancellationToken one, CancellationToken other)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = one.UnsafeRegister(static fired => ((TaskCompletionSource)fired!).TrySetResult(), fired);
        using var second = other.UnsafeRegister(static fired => ((TaskCompletionSource)fired!).TrySetResult(), fired);
        await fired.Task.ConfigureAwait(false);
    }
}
