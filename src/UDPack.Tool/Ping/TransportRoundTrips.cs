namespace UDPack.Tool.Ping;

/// <summary>The round trips of the session's own keep-alive pings: the server's transport answers them, and its application sees nothing.</summary>
internal sealed class TransportRoundTrips : IRoundTrips
{
    private readonly UdpackSession _session;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly TimeSpan _step;
    private readonly RttSamples _samples;

    public TransportRoundTrips(UdpackSession session, PingPlan plan)
    {
        _session = session;
        _time = plan.Connection.Network.TimeProvider;
        _patience = plan.Interval + plan.Timeout;
        _step = TimeSpan.FromMilliseconds(Math.Clamp(plan.Interval.TotalMilliseconds / 10, 1, 10));
        _samples = new RttSamples(session.GetStatistics());
    }

    /// <summary>What a session needs for it.</summary>
    public static void Prepare(UdpackClientOptions options, PingPlan plan)
    {
        // A ping follows on so much silence.
        options.KeepAliveInterval = plan.Interval;

        // No search for the largest datagram: its probes would be samples, too, and those too large would look like losses.
        options.Session.MaxUdpPayloadBytes = 1200;
    }

    public async ValueTask<TimeSpan?> NextAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < _patience)
        {
            await Task.Delay(_step, _time, cancellationToken).ConfigureAwait(false);
            DropData();
            if (_samples.Take(_session.GetStatistics()) is { } sample)
            {
                return sample;
            }
        }

        return null;
    }

    /// <summary>The server may send what it likes; nobody here wants it.</summary>
    private void DropData()
    {
        while (_session.TryReceive(out var packet))
        {
            packet.Dispose();
        }

        while (_session.TryReceiveDatagram(out var message))
        {
            message.Dispose();
        }

        if (_session.CloseReason is not null)
        {
            // Says how it ended, which only a failing call does.
            _session.TrySend([]);
        }
    }
}
