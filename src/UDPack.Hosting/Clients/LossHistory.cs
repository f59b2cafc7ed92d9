namespace UDPack.Hosting.Clients;

/// <summary>
/// Lost sessions in a row, as far as they make the client wait: one retry at once is granted in each window, so that a server that takes sessions and ends
/// them again is not stormed, and whoever lost a session after a quiet time is back as soon as can be.
/// </summary>
internal sealed class LossHistory(TimeProvider time)
{
    /// <summary>What stands for a retry at once.</summary>
    public const long AtOnce = -1;

    private long? _atOnceAt;
    private long _soon;

    /// <summary>A session was lost: how many before it were lost soon after another; <see cref="AtOnce"/> if the first retry may be made at once.</summary>
    public long OnLost(TimeSpan window)
    {
        if (_atOnceAt is { } before && time.GetElapsedTime(before) < window)
        {
            return _soon++;
        }

        _atOnceAt = time.GetTimestamp();
        _soon = 0;
        return AtOnce;
    }
}
