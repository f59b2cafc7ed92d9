using System.Net;
using System.Net.Sockets;
using UDPack.Tool.Connections;

namespace UDPack.Tool.Ping;

/// <summary>Connects, makes round trips, and says how both went.</summary>
internal sealed class Pinger(PingPlan plan, PingLog log)
{
    // The server hears of the end, or it does not: nothing waits to be delivered.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = plan.Connection.Network.TimeProvider;
    private readonly RoundTripFigures _figures = new();

    /// <summary>Pings until all is sent or the token fires, which is a good end once there is a session.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    /// <exception cref="UdpackException">No session with the server, or it ended; what was measured is written before.</exception>
    /// <exception cref="OperationCanceledException">The token fired before there was a session.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var session = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            DropUnasked(session);
            IRoundTrips roundTrips = plan.Method == PingMethod.Transport ? new TransportRoundTrips(session, plan) : new EchoRoundTrips(session, plan);
            try
            {
                await MeasureAsync(roundTrips, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how an endless ping ends.
            }
            finally
            {
                log.Summary(_figures.Summarize(plan.Method, session.GetStatistics()));
            }

            using var cut = new CancellationTokenSource(CloseTimeout, _time);
            await session.CloseAsync(null, cancellationToken: cut.Token).ConfigureAwait(false);
        }

        return _figures.Received > 0
            ? ExitCodes.Success
            : throw new ToolException(
                plan.Method == PingMethod.Transport
                    ? "Connected, but no ping was answered. Give it more time, with --count or --timeout."
                    : "Connected, but nothing came back. Is it an echo server, such as `udpack serve`? Without --echo the server's transport answers.",
                exitCode: ExitCodes.Timeout);
    }

    /// <summary>The server may send what it likes; nobody here wants it, and its sends must not wait for that.</summary>
    private void DropUnasked(UdpackSession session)
    {
        if (plan.Method != PingMethod.Packets)
        {
            _ = DropAsync(() => session.ReceiveAsync());
        }

        if (plan.Method != PingMethod.Messages)
        {
            _ = DropAsync(() => session.ReceiveDatagramAsync());
        }

        _ = DropAsync(() => session.ReceiveLatestAsync());
        _ = AbortStreamsAsync(session);
    }

    private static async Task DropAsync(Func<ValueTask<UdpackPacket>> receive)
    {
        try
        {
            while (true)
            {
                (await receive().ConfigureAwait(false)).Dispose();
            }
        }
        catch (UdpackException)
        {
            // The session has ended.
        }
    }

    private static async Task AbortStreamsAsync(UdpackSession session)
    {
        try
        {
            while (true)
            {
                (await session.AcceptStreamAsync().ConfigureAwait(false)).Abort();
            }
        }
        catch (UdpackException)
        {
            // The session has ended.
        }
    }

    private async Task<UdpackSession> ConnectAsync(CancellationToken cancellationToken)
    {
        var options = ConnectionOptions.Of(plan.Connection);
        var clock = new HandshakeClock(_time);
        options.HandshakeProgress = clock;
        options.RemoteEndPoint = await ResolveAsync(options.RemoteEndPoint, cancellationToken).ConfigureAwait(false);
        clock.OnResolved();
        var session = await UdpackClient.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        log.Connected(clock.Finish(session));
        return session;
    }

    private async Task MeasureAsync(IRoundTrips roundTrips, CancellationToken cancellationToken)
    {
        for (var seq = 1L; plan.Count is not { } count || seq <= count; seq++)
        {
            var time = await roundTrips.NextAsync(cancellationToken).ConfigureAwait(false);
            _figures.Add(time);
            log.RoundTrip(new RoundTripLine { Seq = seq, Ms = time is { } value ? Math.Round(value.TotalMilliseconds, 3) : null });
        }
    }

    /// <summary>Here and not by the client, so that its time can be told apart.</summary>
    private static async Task<EndPoint> ResolveAsync(EndPoint server, CancellationToken cancellationToken)
    {
        if (server is not DnsEndPoint name)
        {
            return server;
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name.Host, cancellationToken).ConfigureAwait(false);
            // Of several the client tries one after another.
            return addresses.Length > 1 ? name : addresses.Length > 0
                ? new IPEndPoint(addresses[0], name.Port)
                : throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} has no address.");
        }
        catch (SocketException exception)
        {
            throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} does not resolve: {exception.Message}.", exception);
        }
    }
}
