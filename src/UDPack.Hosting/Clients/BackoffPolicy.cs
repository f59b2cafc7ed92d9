namespace UDPack.Hosting.Clients;

/// <summary>Exponential backoff with jitter, as the settings say: soon again where nothing answers, less soon where the server said no.</summary>
/// <param name="settings">The settings.</param>
/// <param name="network">Where chance comes from.</param>
/// <param name="beganWithLoss">Whether the outage began with a session that was lost: then the first retry is made at once.</param>
internal sealed class BackoffPolicy(UdpackClientReconnectSettings settings, UdpackNetwork network, bool beganWithLoss = false) : IUdpackReconnectPolicy
{
    public TimeSpan? NextDelay(UdpackReconnectContext context)
    {
        if (!settings.Enabled || context.PreviousAttempts >= settings.MaxAttempts)
        {
            return null;
        }

        var retries = context.PreviousAttempts - (beganWithLoss ? 1 : 0);
        return retries < 0 ? TimeSpan.Zero : DelayOf(retries, IsRefusal(context.LastError) ? settings.MaxDelayWhenRefused : settings.MaxDelay);
    }

    /// <summary>How long to wait for an answer to a shakehand that follows <paramref name="unanswered"/> others.</summary>
    public TimeSpan DelayInSilence(long unanswered) => DelayOf(unanswered, settings.MaxDelay);

    /// <summary>Whether somebody there said no, so that asking again soon would only make work for him.</summary>
    private static bool IsRefusal(Exception? error) => error is UdpackException
    {
        Error: UdpackError.AuthenticationFailed or UdpackError.HandshakeFailed or UdpackError.ServerFull
            or UdpackError.SessionClosed or UdpackError.SessionAborted or UdpackError.SessionExpired or UdpackError.PeerRestarted,
    };

    private TimeSpan DelayOf(long retries, TimeSpan longest)
    {
        // The power may be infinite after many attempts; the minimum is not.
        var delay = Math.Min(longest.Ticks, settings.InitialDelay.Ticks * Math.Pow(settings.Multiplier, retries));
        return TimeSpan.FromTicks((long)(delay * (1 - (settings.Jitter * network.NextUnit()))));
    }
}
