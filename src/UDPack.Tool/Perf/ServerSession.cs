using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Reports;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>The server's side of one client's measurement.</summary>
internal sealed class ServerSession(UdpackSession session, PerfServerOptions options)
{
    private const ulong Seed = 2;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = options.Binding.Network.TimeProvider;
    private long _echoed;

    /// <summary>Serves the client until it has its results.</summary>
    /// <returns>What happened, for the server's output.</returns>
    public async Task<ServedMeasurement> RunAsync(CancellationToken cancellationToken)
    {
        var stream = await session.AcceptStreamAsync(cancellationToken).AsTask().WaitAsync(RequestTimeout, _time, cancellationToken).ConfigureAwait(false);
        var control = new ControlChannel(stream);
        var request = await control.ReceiveAsync(PerfJson.Default.PerfRequest, cancellationToken).ConfigureAwait(false);
        if (request.Refusal() is { } refusal)
        {
            await control.SendAsync(new PerfAnswer { Refusal = refusal }, PerfJson.Default.PerfAnswer, cancellationToken).ConfigureAwait(false);
            await FinishAsync(control, cancellationToken).ConfigureAwait(false);
            return ServedMeasurement.Refused(session.RemoteEndPoint, refusal);
        }

        var cpu = Environment.CpuUsage.TotalTime;
        var content = new ContentBlock(Seed, request.PacketBytes);
        var context = new TransferContext(request, content, _time) { Fault = options.Fault };
        await control.SendAsync(new PerfAnswer(), PerfJson.Default.PerfAnswer, cancellationToken).ConfigureAwait(false);
        var result = await (request.Datagrams
            ? ServeDatagramsAsync(control, request, context, cpu, cancellationToken)
            : ServeStreamsAsync(control, request, context, cpu, cancellationToken)).ConfigureAwait(false);
        await control.SendAsync(result, PerfJson.Default.PerfResult, cancellationToken).ConfigureAwait(false);
        await FinishAsync(control, cancellationToken).ConfigureAwait(false);
        return ServedMeasurement.Of(session.RemoteEndPoint, request, result, _echoed);
    }

    private async Task<PerfResult> ServeStreamsAsync(
        ControlChannel control, PerfRequest request, TransferContext context, TimeSpan cpu, CancellationToken cancellationToken)
    {
        var bulk = new BulkStream?[request.BulkStreams];
        var tasks = Enumerable.Range(0, request.BulkStreams + request.EchoStreams)
            .Select(_ => ServeStreamAsync(bulk, request, context, cancellationToken))
            .Append(control.ReceiveAsync(PerfJson.Default.PerfFinish, cancellationToken).AsTask())
            .ToList();
        await TaskGroup.AllAsync(tasks).ConfigureAwait(false);
        return Result(context, [.. bulk.Select(stream => stream!.Received)], [.. bulk.Select(stream => stream!.Sent)], 0, cpu);
    }

    private async Task ServeStreamAsync(BulkStream?[] bulk, PerfRequest request, TransferContext context, CancellationToken cancellationToken)
    {
        var stream = await session.AcceptStreamAsync(cancellationToken).ConfigureAwait(false);
        StreamHeader? header;
        using (var packet = await stream.ReceiveAsync(cancellationToken).ConfigureAwait(false))
        {
            header = packet.IsEnd ? null : StreamHeader.TryRead(packet.Span);
        }

        switch (header)
        {
            case { Kind: StreamKind.Bulk, Index: var index } when (uint)index < (uint)bulk.Length:
                var served = new BulkStream(stream, index, context);
                if (Interlocked.CompareExchange(ref bulk[index], served, null) is not null)
                {
                    goto default;
                }

                await served.RunAsync(request.Down, cancellationToken).ConfigureAwait(false);
                break;
            case { Kind: StreamKind.Echo }:
                Interlocked.Add(ref _echoed, await EchoStreams.EchoAsync(stream, context, cancellationToken).ConfigureAwait(false));
                break;
            default:
                throw new PerfException("The client opened a stream that it had not asked for.");
        }
    }

    private async Task<PerfResult> ServeDatagramsAsync(
        ControlChannel control, PerfRequest request, TransferContext context, TimeSpan cpu, CancellationToken cancellationToken)
    {
        var flow = new DatagramFlow(session, context, null);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = Task.Run(() => flow.ReceiveAsync(end.Token), end.Token);
        try
        {
            var sending = request.Down ? Task.Run(() => SendDatagramsAsync(flow, request, cancellationToken), cancellationToken) : Task.FromResult<string?>(null);
            var finishing = control.ReceiveAsync(PerfJson.Default.PerfFinish, cancellationToken).AsTask();
            await TaskGroup.AllAsync(sending, finishing).ConfigureAwait(false);
            var finish = await finishing.ConfigureAwait(false);
            await flow.SettleAsync(() => context.Received.Packets, finish.Messages, cancellationToken).ConfigureAwait(false);
            _echoed = flow.Echoed;
            return Result(context, [], [], flow.Corrupt, cpu) with { Failure = await sending.ConfigureAwait(false) };
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Why it could not be done, for the client's user; null if it was.</returns>
    private static async Task<string?> SendDatagramsAsync(DatagramFlow flow, PerfRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await flow.WaitForPathAsync(request.PacketBytes, cancellationToken).ConfigureAwait(false);
            await flow.SendBulkAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (PerfException exception)
        {
            return exception.Message;
        }
    }

    private PerfResult Result(TransferContext context, StreamTotals[] received, StreamTotals[] sent, long corrupt, TimeSpan cpu) => new()
    {
        Received = received,
        Sent = sent,
        ReceivedTotals = context.Received.Totals,
        SentTotals = context.Sent.Totals,
        CorruptMessages = corrupt,
        Figures = SideFigures.Of(session, options.Congestion, cpu),
    };

    /// <summary>The client closes the session once it has everything.</summary>
    private async Task FinishAsync(ControlChannel control, CancellationToken cancellationToken)
    {
        control.Complete();
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Closed);
        await Task.Delay(CloseTimeout, _time, closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
