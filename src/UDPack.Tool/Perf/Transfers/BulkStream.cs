using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>One side of one bulk stream.</summary>
internal sealed class BulkStream(UdpackStream stream, int index, TransferContext context)
{
    private readonly ContentDigest _sent = new();
    private readonly ContentDigest _received = new();

    public int Index => index;

    public StreamTotals Sent => _sent.Totals;

    public StreamTotals Received => _received.Totals;

    /// <summary>Sends, if this side does, and receives, until both are over and the peer has all of it.</summary>
    public async Task RunAsync(bool sends, CancellationToken cancellationToken)
    {
        var sending = sends ? Task.Run(() => SendAsync(cancellationToken), cancellationToken) : CompleteAsync(cancellationToken);
        await TaskGroup.AllAsync(sending, ReceiveAsync(cancellationToken)).ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        for (var number = 0L; context.Budget.Claim() is > 0 and var size; number++)
        {
            var packet = context.Content.Packet(index, number, size);
            _sent.Append(packet.Span);
            await stream.SendAsync(context.Pass(packet), cancellationToken).ConfigureAwait(false);
            context.Sent.Add(size);
        }

        await CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var packet = await stream.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (packet.IsEnd)
            {
                return;
            }

            _received.Append(context.Pass(packet.Memory).Span);
            context.Received.Add(packet.Length);
        }
    }

    private Task CompleteAsync(CancellationToken cancellationToken)
    {
        stream.CompleteWrites();
        return stream.WritesClosed.WaitAsync(cancellationToken);
    }
}
