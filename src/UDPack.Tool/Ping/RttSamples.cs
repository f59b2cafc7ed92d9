namespace UDPack.Tool.Ping;

/// <summary>
/// Finds the single round trips in the session's figures, which have the smoothed one only. That is a moving average whose next value is
/// seven eighths of the last and one eighth of the sample (RFC 9002, 5.3), so the sample follows from two of them, to 8 µs.
/// </summary>
internal sealed class RttSamples(UdpackSessionStatistics start)
{
    private const double Kept = 7.0 / 8.0;

    private UdpackSessionStatistics _last = start;

    /// <summary>Takes the figures of this moment.</summary>
    /// <param name="now">The figures; to be taken so often that seldom more than one sample lies between two.</param>
    /// <returns>The round trip that was measured since the last call; null if none was.</returns>
    public TimeSpan? Take(UdpackSessionStatistics now)
    {
        var last = _last;
        var received = now.DatagramsReceived - last.DatagramsReceived;
        if (received == 0)
        {
            // What was sent meanwhile counts with the answer to it.
            return null;
        }

        _last = now;
        if (now.SmoothedRtt == TimeSpan.Zero || last.SmoothedRtt == TimeSpan.Zero)
        {
            return now.SmoothedRtt == TimeSpan.Zero ? null : now.SmoothedRtt;
        }

        var brought = now.PacketsReceived - last.PacketsReceived + now.MessagesReceived - last.MessagesReceived;
        if (now.SmoothedRtt == last.SmoothedRtt && (brought > 0 || now.DatagramsSent == last.DatagramsSent))
        {
            return null;
        }

        // Several at once pass for equal ones. Data of the application is not all samples.
        var samples = brought > 0 ? 1 : received;
        var sample = last.SmoothedRtt + ((now.SmoothedRtt - last.SmoothedRtt) / (1 - Math.Pow(Kept, samples)));
        return sample > now.MinRtt ? sample : now.MinRtt;
    }
}
