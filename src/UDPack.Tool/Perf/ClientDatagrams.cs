using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>A client that measures with unreliable messages.</summary>
internal sealed class ClientDatagrams : IClientTransfer
{
    private readonly PerfRequest _request;
    private readonly TransferContext _context;
    private readonly EchoRun? _echoes;
    private readonly double _echoRate;
    private readonly DatagramFlow _flow;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _receiving;

    public ClientDatagrams(UdpackSession session, PerfRequest request, TransferContext context, EchoRun? echoes, double echoRate)
    {
        _request = request;
        _context = context;
        _echoes = echoes;
        _echoRate = echoRate;
        _flow = new DatagramFlow(session, context, echoes);
        _receiving = Task.Run(() => _flow.ReceiveAsync(_end.Token));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _flow.WaitForPathAsync(Math.Max(_request.Up ? _request.PacketBytes : 0, _echoes?.MessageBytes ?? 0), cancellationToken).ConfigureAwait(false);
        var tasks = new List<Task>(2);
        if (_request.Up)
        {
            tasks.Add(Task.Run(() => _flow.SendBulkAsync(cancellationToken), cancellationToken));
        }

        if (_echoes is not null)
        {
            tasks.Add(EchoAsync(_echoes, cancellationToken));
        }

        await TaskGroup.AllAsync(tasks).ConfigureAwait(false);
    }

    public Task SettleAsync(PerfResult result, CancellationToken cancellationToken) =>
        _flow.SettleAsync(() => _context.Received.Packets, result.SentTotals.Packets, cancellationToken);

    public bool IsUpVerified(PerfResult result) => result.CorruptMessages == 0 && result.ReceivedTotals.Packets <= _context.Sent.Packets;

    public bool IsDownVerified(PerfResult result) => _flow.Corrupt == 0 && _context.Received.Packets <= result.SentTotals.Packets;

    public bool IsEchoVerified(PerfResult result) => result.CorruptMessages == 0 && _flow.Corrupt == 0 && _echoes!.RoundTrips.Count <= _echoes.Sent;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task EchoAsync(EchoRun echoes, CancellationToken cancellationToken)
    {
        var schedule = new EchoSchedule(_echoRate, _context.Duration, _context.Time);
        await Task.Run(() => _flow.SendEchoesAsync(schedule, cancellationToken), cancellationToken).ConfigureAwait(false);
        await _flow.SettleAsync(() => echoes.RoundTrips.Count, echoes.Sent, cancellationToken).ConfigureAwait(false);
    }
}
