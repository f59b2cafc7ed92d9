using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>A client that measures on streams.</summary>
internal sealed class ClientStreams(UdpackSession session, PerfRequest request, TransferContext context, EchoRun? echoes, double echoRate) : IClientTransfer
{
    private BulkStream[] _bulk = [];
    private EchoStreams? _echoes;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var bulk = await OpenAsync(StreamKind.Bulk, request.BulkStreams, cancellationToken).ConfigureAwait(false);
        var echo = await OpenAsync(StreamKind.Echo, request.EchoStreams, cancellationToken).ConfigureAwait(false);
        _bulk = [.. bulk.Select((stream, index) => new BulkStream(stream, index, context))];
        var tasks = _bulk.Select(stream => stream.RunAsync(request.Up, cancellationToken)).ToList();
        if (echoes is not null)
        {
            _echoes = new EchoStreams(echo, echoes, context.Content);
            tasks.Add(_echoes.RunAsync(new EchoSchedule(echoRate, context.Duration, context.Time), cancellationToken));
        }

        await TaskGroup.AllAsync(tasks).ConfigureAwait(false);
    }

    public Task SettleAsync(PerfResult result, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool IsUpVerified(PerfResult result) => _bulk.Select(stream => stream.Sent).SequenceEqual(result.Received);

    public bool IsDownVerified(PerfResult result) => _bulk.Select(stream => stream.Received).SequenceEqual(result.Sent);

    public bool IsEchoVerified(PerfResult result) => _echoes!.IsVerified;

    public ValueTask DisposeAsync() => default;

    private async Task<UdpackStream[]> OpenAsync(StreamKind kind, int count, CancellationToken cancellationToken)
    {
        var streams = new UdpackStream[count];
        for (var index = 0; index < count; index++)
        {
            streams[index] = await session.OpenStreamAsync(null, cancellationToken).ConfigureAwait(false);
            await streams[index].SendAsync(new StreamHeader(kind, index).ToBytes(), cancellationToken).ConfigureAwait(false);
        }

        return streams;
    }
}
