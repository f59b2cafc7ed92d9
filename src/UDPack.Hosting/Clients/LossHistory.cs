namespace UDPack.Hosting.Clients;

/// <summary>
/// Lost sessions in a row, as far as they make the client wait: one retry at once is granted in each window, so that a server that takes sessions and ends
/// them again is not stormed, and whoever lost a session after a quiet time is back as soon as can be. The time for which the client held itself back is in
/// no window: else its own delays would soon count as a quiet time, and never grow long.
/// </summary>
internal sealed class LossHistory(TimeProvider time)
{
    /// <summary>What stands for a retry at once.</summary>
    public const long AtOnce = -1;

    private long? _atOnceAt;
    private TimeSpan _heldBack;
    private long _soon;

    /// <summary>The client waits, as the server ended a session or refused an attempt.</summary>
    public void OnHeldBack(TimeSpan wait) => _heldBack += wait;

    /// <summary>A session was lost: how many before it were lost soon after another; <see cref="AtOnce"/> if the first retry may be made at once.</summary>
    public long OnLost(TimeSpan window)
    {
        if (_atOnceAt is { } before && time.GetElapsedTime(before) - _heldBack < window)
        {
            return _soon++;
        }

        _atOnceAt = time.GetTimestamp();
        _heldBack = TimeSpan.Zero;
        _soon = 0;
        return AtOnce;
    }
}
