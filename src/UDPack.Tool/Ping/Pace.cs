namespace UDPack.Tool.Ping;

/// <summary>Keeps the beginnings of round trips an interval apart.</summary>
internal sealed class Pace(TimeSpan interval, TimeProvider time)
{
    private long? _last;

    /// <summary>Waits for the next one's turn.</summary>
    /// <returns>When it begins.</returns>
    public async ValueTask<long> NextAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && interval - time.GetElapsedTime(last) is var pause && pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }

        var now = time.GetTimestamp();
        _last = now;
        return now;
    }
}
