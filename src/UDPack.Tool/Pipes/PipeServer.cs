using System.Net;
using UDPack.Tool.Connections;

namespace UDPack.Tool.Pipes;

/// <summary>The end of a pipe that is connected to: one session at a time.</summary>
internal sealed class PipeServer : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly PipeEnd _end;
    private readonly bool _keepOpen;
    private readonly TimeProvider _time;
    private readonly UdpackListener _listener;

    /// <param name="binding">Where to listen.</param>
    /// <param name="publicKeyFile">Where the public half of a key for this run lies; null if the key came from a file.</param>
    /// <param name="end">Input and output.</param>
    /// <param name="keepOpen">Whether to take one session after another.</param>
    /// <exception cref="UdpackException">The address cannot be bound.</exception>
    public PipeServer(ServerBinding binding, string? publicKeyFile, PipeEnd end, bool keepOpen)
    {
        _end = end;
        _keepOpen = keepOpen;
        _time = binding.Network.TimeProvider;
        var options = ConnectionOptions.Of(binding);
        options.MaxSessions = 1;
        options.Session.MaxStreams = 1;
        _listener = UdpackListener.Listen(options);
        end.Log.Listening(LocalEndPoint, binding.Key.PublicKey.KeyIdText, publicKeyFile);
    }

    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Ends when everything has arrived both ways; with keep-open when cancelled between two sessions.</summary>
    /// <exception cref="UdpackException">The session ended too early; not with keep-open.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        do
        {
            UdpackSession session;
            try
            {
                session = await _listener.AcceptSessionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_keepOpen)
            {
                return;
            }

            _listener.Admitting = _keepOpen;
            await using (session.ConfigureAwait(false))
            {
                await ServeAsync(session, cancellationToken).ConfigureAwait(false);
            }
        }
        while (_keepOpen);
    }

    public async ValueTask DisposeAsync() => await _listener.DisposeAsync().ConfigureAwait(false);

    private async Task ServeAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        _end.Log.Connected(session);
        try
        {
            var stream = await session.AcceptStreamAsync(cancellationToken).ConfigureAwait(false);
            await _end.TransferAsync(stream, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The other side must not take half of it for all.
            session.Abort();
            if (!_keepOpen || exception is not (UdpackException or ToolException))
            {
                throw;
            }

            _end.Log.Failed(session, exception.Message);
            return;
        }

        // The other side waits for this word: everything is written here, and all that was to be sent has arrived there.
        using var cut = new CancellationTokenSource(CloseTimeout, _time);
        await session.CloseAsync(PipeCodes.Complete, cancellationToken: cut.Token).ConfigureAwait(false);
    }
}
