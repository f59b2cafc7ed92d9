namespace UDPack.Hosting.Clients;

/// <summary>Exponential backoff with jitter, as the settings say: soon again where nothing answers, less soon where the server said no.</summary>
/// <param name="settings">The settings.</param>
/// <param name="network">Where chance comes from.</param>
internal sealed class BackoffPolicy(UdpackClientReconnectSettings settings, UdpackNetwork network)
{
    /// <summary>Whether the server said no, so that asking again soon would only make work for it.</summary>
    public static bool IsRefusal(Exception? error) => error is UdpackException
    {
        Error: UdpackError.AuthenticationFailed or UdpackError.HandshakeFailed or UdpackError.ServerFull
            or UdpackError.SessionClosed or UdpackError.SessionAborted or UdpackError.SessionExpired or UdpackError.PeerRestarted,
    };

    /// <summary>Whether to try again after so many retries that failed in a row.</summary>
    public bool MayRetry(long failed) => settings.Enabled && !(failed >= settings.MaxAttempts);

    /// <summary>How long to wait after a failure that something said.</summary>
    /// <param name="step">How many such failures came before it; <see cref="LossHistory.AtOnce"/> for no wait.</param>
    /// <param name="error">What was said.</param>
    public TimeSpan DelayAfter(long step, Exception? error) =>
        step < 0 ? TimeSpan.Zero : DelayOf(step, IsRefusal(error) ? settings.MaxDelayWhenRefused : settings.MaxDelay);

    /// <summary>How long to wait for an answer to a shakehand that follows <paramref name="unanswered"/> others.</summary>
    public TimeSpan DelayInSilence(long unanswered) => DelayOf(unanswered, settings.MaxDelay);

    private TimeSpan DelayOf(long retries, TimeSpan longest)
    {
        // The power may be infinite after many attempts; the minimum is not.
        var delay = Math.Min(longest.Ticks, settings.InitialDelay.Ticks * Math.Pow(settings.Multiplier, retries));
        return TimeSpan.FromTicks((long)(delay * (1 - (settings.Jitter * network.NextUnit()))));
    }
}
