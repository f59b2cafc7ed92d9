using UDPack.Tool.Connections;

namespace UDPack.Tool.Pipes;

/// <summary>The end of a pipe that connects.</summary>
internal sealed class PipeClient(ClientConnection connection, PipeEnd end)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait, when everything has arrived, for the other side to say that it is written, too: a server that is no pipe says nothing.
    /// </summary>
    public TimeSpan WordTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Ends when everything has arrived both ways.</summary>
    /// <exception cref="UdpackException">No session with the server, or it ended too early.</exception>
    /// <exception cref="ToolException">The server takes no streams, or ended the session.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var time = connection.Network.TimeProvider;
        var session = await UdpackClient.ConnectAsync(ConnectionOptions.Of(connection), cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            end.Log.Connected(session);
            try
            {
                var stream = await OpenAsync(session, cancellationToken).ConfigureAwait(false);
                await end.TransferAsync(stream, time, cancellationToken).ConfigureAwait(false);
                await AwaitWordAsync(session, time, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // The other side must not take half of it for all.
                session.Abort();
                throw;
            }

            using var cut = new CancellationTokenSource(CloseTimeout, time);
            await session.CloseAsync(PipeCodes.Complete, cancellationToken: cut.Token).ConfigureAwait(false);
        }
    }

    private async Task AwaitWordAsync(UdpackSession session, TimeProvider time, CancellationToken cancellationToken)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Closed);
        await Task.Delay(WordTimeout, time, closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (session.CloseReason is { IsGraceful: false })
        {
            throw new ToolException("Everything was sent, but the other side failed to write it. Its output says more.", exitCode: ExitCodes.SessionLost);
        }
    }

    private static async Task<UdpackStream> OpenAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await session.OpenStreamAsync(null, cancellationToken).ConfigureAwait(false);

            // The other side sees a stream with its first packet, and may have something to say before there is any input.
            await stream.SendAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (InvalidOperationException exception)
        {
            throw new ToolException("The server accepts no streams. Start `udpack listen` there, or `udpack serve` with --streams.", exception);
        }
    }
}
