namespace UDPack.Tool.Serve;

/// <summary>Returns to one client what it sends, each kind in its own way. Who sends and does not receive is slowed down.</summary>
internal sealed class EchoSession(UdpackSession session, EchoTotals totals, ServeLog log)
{
    /// <summary>Serves until the session has ended.</summary>
    public async Task RunAsync()
    {
        // A draining server asks its sessions to finish: what was accepted is still delivered.
        using var closing = session.CloseRequested.UnsafeRegister(static state => _ = ((UdpackSession)state!).CloseAsync().AsTask(), session);
        await Task.WhenAll(EndedAsync(EchoPacketsAsync), EndedAsync(EchoMessagesAsync), EndedAsync(EchoStreamsAsync)).ConfigureAwait(false);
    }

    /// <summary>The end of the session ends everything; how it ended is in its close reason.</summary>
    private static async Task EndedAsync(Func<Task> echo)
    {
        try
        {
            await echo().ConfigureAwait(false);
        }
        catch (UdpackException)
        {
            // As said.
        }
    }

    private async Task EchoPacketsAsync()
    {
        while (true)
        {
            using var packet = await session.ReceiveAsync().ConfigureAwait(false);
            await session.SendAsync(packet.Memory).ConfigureAwait(false);
            totals.AddPacket(packet.Length);
        }
    }

    private async Task EchoMessagesAsync()
    {
        while (true)
        {
            using var message = await session.ReceiveDatagramAsync().ConfigureAwait(false);
            if (message.Length <= session.MaxDatagramBytes)
            {
                session.SendDatagram(message.Span);
                totals.AddMessage(message.Length);
            }
        }
    }

    private async Task EchoStreamsAsync()
    {
        var streams = new List<Task>();
        try
        {
            while (true)
            {
                var stream = await session.AcceptStreamAsync().ConfigureAwait(false);
                totals.AddStream();
                streams.RemoveAll(static task => task.IsCompleted);
                streams.Add(EchoStreamAsync(stream));
            }
        }
        finally
        {
            await Task.WhenAll(streams).ConfigureAwait(false);
        }
    }

    private async Task EchoStreamAsync(UdpackStream stream)
    {
        log.StreamOpened(session, stream);
        try
        {
            await foreach (var received in stream.ReadAllAsync().ConfigureAwait(false))
            {
                using var packet = received;
                if (!packet.IsSkipped)
                {
                    await stream.SendAsync(packet.Memory).ConfigureAwait(false);
                    totals.AddStreamBytes(packet.Length);
                }
            }

            stream.CompleteWrites();
            await stream.WritesClosed.ConfigureAwait(false);
            log.StreamEnded(session, stream, "completed");
        }
        catch (UdpackException exception)
        {
            log.StreamEnded(session, stream, exception.Message);
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }
}
