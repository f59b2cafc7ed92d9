namespace UDPack.Tool.Perf.Transfers;

/// <summary>
/// When messages are due: at an even rate, whether or not earlier ones were answered, so that a slow answer does not hide the wait of
/// those behind it.
/// </summary>
internal sealed class EchoSchedule(double rate, TimeSpan? duration, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly double _interval = time.TimestampFrequency / rate;
    private readonly long _end = duration is { } span ? time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency) : long.MaxValue;
    private long _awakeSince;

    /// <summary>Waits until a message is due.</summary>
    /// <returns>
    /// The time its round trip counts from: when it was due, or when this side's timer let it know, if that was later. Timers are late by up
    /// to a millisecond or more, and that is not the network's doing; but what was due while a send waited for room has waited. Null at the end.
    /// </returns>
    public async ValueTask<long?> NextAsync(long number, CancellationToken cancellationToken)
    {
        var due = _start + (long)(number * _interval);
        if (due >= _end)
        {
            return null;
        }

        var now = time.GetTimestamp();
        if (now < due)
        {
            while (now < due)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, (due - now) * 1000 / time.TimestampFrequency)), time, cancellationToken).ConfigureAwait(false);
                now = time.GetTimestamp();
            }

            _awakeSince = now;
        }

        return Math.Max(due, _awakeSince);
    }
}
