namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>One session, one stream for each channel. The client opens them; the first packet on each names its channel.</summary>
internal sealed class UdpackConnection(UdpackSession session, bool opens) : IMessageConnection
{
    private readonly TaskCompletionSource<UdpackStream>[] _streams =
        [.. Enumerable.Range(0, Channels.Count).Select(static _ => new TaskCompletionSource<UdpackStream>(TaskCreationOptions.RunContinuationsAsynchronously))];

    public long? Retransmits => session.GetStatistics().DatagramsLost;

    public ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false) =>
        _streams[channel].Task is { IsCompletedSuccessfully: true } open ? open.Result.SendAsync(message) : SendFirstAsync(channel, message);

    /// <summary>Handles what comes until the session ends.</summary>
    public async Task ReadAsync(MessageHandler handler)
    {
        try
        {
            if (opens)
            {
                for (var channel = 0; channel < _streams.Length; channel++)
                {
                    var stream = await session.OpenStreamAsync();
                    await stream.SendAsync(new[] { (byte)channel });
                    _ = ReadAsync(stream, channel, handler);
                    _streams[channel].SetResult(stream);
                }
            }
            else
            {
                await foreach (var stream in session.AcceptStreamsAsync())
                {
                    _ = AcceptAsync(stream, handler);
                }
            }
        }
        catch (UdpackException)
        {
            // The client cuts sessions off when their time is over.
        }
    }

    public ValueTask DisposeAsync()
    {
        session.Abort();
        return default;
    }

    private async ValueTask SendFirstAsync(int channel, ReadOnlyMemory<byte> message) =>
        await (await _streams[channel].Task).SendAsync(message);

    private async Task AcceptAsync(UdpackStream stream, MessageHandler handler)
    {
        try
        {
            int channel;
            using (var first = await stream.ReceiveAsync())
            {
                channel = first.Span[0];
            }

            _streams[channel].SetResult(stream);
            await ReadAsync(stream, channel, handler);
        }
        catch (UdpackException)
        {
        }
    }

    private static async Task ReadAsync(UdpackStream stream, int channel, MessageHandler handler)
    {
        try
        {
            while (true)
            {
                using var packet = await stream.ReceiveAsync();
                if (packet.IsEnd)
                {
                    return;
                }

                await handler(channel, packet.Memory);
            }
        }
        catch (UdpackException)
        {
        }
    }
}
