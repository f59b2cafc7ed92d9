namespace UDPack.Tool.Perf.Transfers;

/// <summary>The client's echo streams: messages take them in turn.</summary>
internal sealed class EchoStreams(IReadOnlyList<UdpackStream> streams, EchoRun run, ContentBlock content)
{
    private readonly ContentDigest[] _sent = [.. streams.Select(_ => new ContentDigest())];
    private readonly ContentDigest[] _received = [.. streams.Select(_ => new ContentDigest())];
    private readonly byte[] _message = new byte[run.MessageBytes];

    /// <summary>Whether everything came back as it was sent. For afterwards.</summary>
    public bool IsVerified => _sent.Zip(_received).All(pair => pair.First.Totals == pair.Second.Totals);

    public Task RunAsync(EchoSchedule schedule, CancellationToken cancellationToken) => TaskGroup.AllAsync(
        [Task.Run(() => SendAllAsync(schedule, cancellationToken), cancellationToken), .. streams.Select((stream, index) => ReceiveAsync(stream, _received[index], cancellationToken))]);

    /// <summary>The server's side: sends back what it gets until the client has completed its writes.</summary>
    public static async Task<long> EchoAsync(UdpackStream stream, TransferContext context, CancellationToken cancellationToken)
    {
        for (var echoed = 0L; ; echoed++)
        {
            using var packet = await stream.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (packet.IsEnd)
            {
                stream.CompleteWrites();
                return echoed;
            }

            await stream.SendAsync(context.Pass(packet.Memory), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendAllAsync(EchoSchedule schedule, CancellationToken cancellationToken)
    {
        await run.SendAsync(schedule, (number, timestamp) => SendAsync(number, timestamp, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (var stream in streams)
        {
            stream.CompleteWrites();
        }
    }

    private ValueTask SendAsync(long number, long timestamp, CancellationToken cancellationToken)
    {
        var index = (int)(number % streams.Count);
        content.Packet(index, number, _message.Length).CopyTo(_message);
        EchoMessage.Write(_message, timestamp, number);
        _sent[index].Append(_message);
        return streams[index].SendAsync(_message, cancellationToken);
    }

    private async Task ReceiveAsync(UdpackStream stream, ContentDigest digest, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var packet = await stream.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (packet.IsEnd)
            {
                return;
            }

            if (packet.Length >= EchoMessage.HeaderSize)
            {
                run.OnEcho(EchoMessage.Timestamp(packet.Span));
            }

            digest.Append(packet.Span);
        }
    }
}
