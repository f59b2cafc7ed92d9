namespace UDPack.Tool.Ping;

/// <summary>The round trips of the protocol's own pings: the server's transport answers them, whatever its application does.</summary>
internal sealed class TransportRoundTrips(UdpackSession session, PingPlan plan) : IRoundTrips
{
    private readonly TimeProvider _time = plan.Connection.Network.TimeProvider;
    private readonly Pace _pace = new(plan.Interval, plan.Connection.Network.TimeProvider);

    public async ValueTask<TimeSpan?> NextAsync(CancellationToken cancellationToken)
    {
        await _pace.NextAsync(cancellationToken).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(plan.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await session.PingAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
