using System.Net;
using UDPack.Tool.Connections;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Reports;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>Serves measurements, many clients at a time, and writes one line about each.</summary>
internal sealed class PerfServer : IAsyncDisposable
{
    private const int MaxClients = 1000;

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly PerfServerOptions _options;
    private readonly PerfServerLog _log;
    private readonly UdpackListener _listener;

    /// <exception cref="UdpackException">The address cannot be bound.</exception>
    public PerfServer(PerfServerOptions options, PerfServerLog log)
    {
        _options = options;
        _log = log;
        var listening = ConnectionOptions.Of(options.Binding);
        listening.Name = "perf";
        listening.MaxSessions = MaxClients;
        listening.Session = new UdpackSessionOptions
        {
            Congestion = options.Congestion,
            MaxStreams = (2 * PerfRequest.MaxStreams) + 1,
            DatagramQueueBytes = DatagramFlow.QueueBytes,
        };
        _listener = UdpackListener.Listen(listening);
        _log.Listening(LocalEndPoint, options.Binding.Key.PublicKey.KeyIdText);
    }

    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>How many clients are connected now.</summary>
    public int ActiveClients => _listener.ActiveSessions;

    /// <summary>Serves until cancelled, or until the first client is gone if it is to serve one only.</summary>
    /// <returns>False if it served one only and that failed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var serving = new List<Task<bool>>();
        try
        {
            do
            {
                var session = await _listener.AcceptSessionAsync(cancellationToken).ConfigureAwait(false);
                serving.RemoveAll(static task => task.IsCompleted);
                serving.Add(ServeAsync(session, cancellationToken));
            }
            while (!_options.Once);

            _listener.Admitting = false;
            return await serving[0].ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(serving).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Ends all sessions and closes the socket.</summary>
    public async ValueTask DisposeAsync() => await _listener.StopAsync(DrainTimeout).ConfigureAwait(false);

    private async Task<bool> ServeAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        await using (session.ConfigureAwait(false))
        {
            var client = session.RemoteEndPoint;
            try
            {
                _log.Measured(await new ServerSession(session, _options).RunAsync(cancellationToken).ConfigureAwait(false));
                return true;
            }
            catch (Exception exception) when (exception is UdpackException or PerfException or OperationCanceledException or TimeoutException or InvalidOperationException)
            {
                session.Abort();
                _log.Measured(ServedMeasurement.Failed(client, cancellationToken.IsCancellationRequested ? "the server was stopped." : exception.Message));
                return false;
            }
        }
    }
}
