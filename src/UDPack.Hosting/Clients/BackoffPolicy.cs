namespace UDPack.Hosting.Clients;

/// <summary>Exponential backoff with jitter, as the settings say.</summary>
internal sealed class BackoffPolicy(UdpackClientReconnectSettings settings, UdpackNetwork network) : IUdpackReconnectPolicy
{
    public TimeSpan? NextDelay(UdpackReconnectContext context)
    {
        if (!settings.Enabled || context.PreviousAttempts >= settings.MaxAttempts)
        {
            return null;
        }

        // The power may be infinite after many attempts; the minimum is not.
        var delay = Math.Min(settings.MaxDelay.Ticks, settings.InitialDelay.Ticks * Math.Pow(settings.Multiplier, context.PreviousAttempts));
        return TimeSpan.FromTicks((long)(delay * (1 - (settings.Jitter * network.NextUnit()))));
    }
}
