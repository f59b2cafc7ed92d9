using System.Net;
using UDPack.Tool.Connections;

namespace UDPack.Tool.Serve;

/// <summary>Returns to all clients what they send.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private const int MaxClients = 1000;
    private const int MaxStreams = 128;

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly ServeOptions _options;
    private readonly ServeLog _log;
    private readonly TimeProvider _time;
    private readonly UdpackListener _listener;
    private long _sessions;

    /// <exception cref="UdpackException">The address cannot be bound.</exception>
    public EchoServer(ServeOptions options, ServeLog log)
    {
        _options = options;
        _log = log;
        _time = options.Binding.Network.TimeProvider;
        var listening = ConnectionOptions.Of(options.Binding, log.Refused);
        listening.MaxSessions = MaxClients;
        listening.Session.MaxStreams = options.Streams ? MaxStreams : 0;
        listening.HandshakeProgress = options.Verbose ? log : null;
        _listener = UdpackListener.Listen(listening);
        log.Listening(LocalEndPoint, options.Binding.Key.PublicKey.KeyIdText, options.PublicKeyFile);
    }

    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Serves until cancelled, and then lets the sessions finish.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var session = await _listener.AcceptSessionAsync(cancellationToken).ConfigureAwait(false);
                serving.RemoveAll(static task => task.IsCompleted);
                serving.Add(ServeAsync(session));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _log.Stopping(_listener.ActiveSessions);
            await _listener.StopAsync(DrainTimeout, CancellationToken.None).ConfigureAwait(false);
            await Task.WhenAll(serving).ConfigureAwait(false);
            _log.Stopped(_sessions, _listener.GetStatistics());
        }
    }

    public async ValueTask DisposeAsync() => await _listener.DisposeAsync().ConfigureAwait(false);

    private async Task ServeAsync(UdpackSession session)
    {
        var number = Interlocked.Increment(ref _sessions);
        await using (session.ConfigureAwait(false))
        {
            var start = _time.GetTimestamp();
            var client = session.RemoteEndPoint;
            var totals = new EchoTotals();
            _log.Connected(session, number);
            await new EchoSession(session, totals, _log).RunAsync().ConfigureAwait(false);
            _log.Ended(SessionSummary.Of(session, client, totals, _time.GetElapsedTime(start)));
        }
    }
}
