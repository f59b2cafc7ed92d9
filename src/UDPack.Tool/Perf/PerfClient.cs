using UDPack.Tool.Connections;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Reports;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>The client's side of one measurement.</summary>
/// <param name="plan">What to measure.</param>
/// <param name="progress">Where to show progress; null for nowhere.</param>
internal sealed class PerfClient(PerfPlan plan, TextWriter? progress = null)
{
    private const ulong Seed = 1;
    private const string NoPerfServer = "There is a UDPack server, but it does not answer as `udpack perf server` does. Check the address and port.";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ResultTimeout = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time = plan.Connection.Network.TimeProvider;

    /// <exception cref="UdpackException">No session with the server, or it ended too early.</exception>
    /// <exception cref="PerfException">The server does not do what was asked.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<PerfReport> RunAsync(CancellationToken cancellationToken)
    {
        var content = new ContentBlock(Seed, Math.Max(plan.PacketBytes, plan.EchoBytes));
        var start = _time.GetTimestamp();
        var session = await UdpackClient.ConnectAsync(ClientOptions(), cancellationToken).ConfigureAwait(false);
        var handshake = _time.GetElapsedTime(start);
        await using (session.ConfigureAwait(false))
        {
            try
            {
                return await MeasureAsync(session, content, handshake, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // What is left to send is worth nothing now.
                session.Abort();
                throw;
            }
        }
    }

    private async Task<PerfReport> MeasureAsync(UdpackSession session, ContentBlock content, TimeSpan handshake, CancellationToken cancellationToken)
    {
        var request = plan.ToRequest();
        var control = new ControlChannel(await OpenAsync(session, cancellationToken).ConfigureAwait(false));
        await RequestAsync(control, request, cancellationToken).ConfigureAwait(false);

        var cpu = Environment.CpuUsage.TotalTime;
        var start = _time.GetTimestamp();
        var context = new TransferContext(request, content, _time);
        var echoes = plan.EchoMessages > 0 ? new EchoRun(plan.EchoMessages, plan.EchoBytes, _time) : null;
        IClientTransfer transfer = plan.Datagrams
            ? new ClientDatagrams(session, request, context, echoes, plan.EchoRate)
            : new ClientStreams(session, request, context, echoes, plan.EchoRate);
        await using (transfer.ConfigureAwait(false))
        {
            var result = await TransferAsync(session, control, transfer, context, echoes, cancellationToken).ConfigureAwait(false);
            var up = request.Up ? DirectionReport.Of(context.Sent.Totals, result.ReceivedTotals, transfer.IsUpVerified(result)) : null;
            var down = request.Down ? DirectionReport.Of(result.SentTotals, context.Received.Totals, transfer.IsDownVerified(result)) : null;
            var latency = echoes is null ? null : LatencyReport.Of(echoes, transfer.IsEchoVerified(result));
            return new PerfReport
            {
                Address = session.RemoteEndPoint.ToString(),
                HandshakeMs = handshake.TotalMilliseconds,
                Seconds = Math.Round(_time.GetElapsedTime(start).TotalSeconds, 6),
                Verified = up is not { Verified: false } && down is not { Verified: false } && latency is not { Verified: false },
                Datagrams = plan.Datagrams,
                Streams = plan.Streams,
                MessageBytes = request.HasBulk ? plan.PacketBytes : plan.EchoBytes,
                Up = up,
                Down = down,
                Latency = latency,
                Client = SideFigures.Of(session, plan.Congestion, cpu),
                Server = result.Figures,
            };
        }
    }

    private static async Task<UdpackStream> OpenAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.OpenStreamAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException exception)
        {
            // It takes no streams at all.
            throw new PerfException(NoPerfServer, exception);
        }
    }

    private async Task RequestAsync(ControlChannel control, PerfRequest request, CancellationToken cancellationToken)
    {
        await control.SendAsync(request, PerfJson.Default.PerfRequest, cancellationToken).ConfigureAwait(false);
        var answer = await AwaitAsync(
            control.ReceiveAsync(PerfJson.Default.PerfAnswer, cancellationToken),
            AnswerTimeout,
            NoPerfServer).ConfigureAwait(false);
        if (answer.Refusal is { } refusal)
        {
            throw new PerfException($"The server refused: {refusal}.");
        }
    }

    private async Task<PerfResult> TransferAsync(
        UdpackSession session, ControlChannel control, IClientTransfer transfer, TransferContext context, EchoRun? echoes, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = progress is null ? Task.CompletedTask : new PerfProgress(progress, _time).RunAsync(session, context, echoes, end.Token);
        try
        {
            await transfer.RunAsync(cancellationToken).ConfigureAwait(false);
            await control.SendAsync(new PerfFinish { Messages = context.Sent.Packets }, PerfJson.Default.PerfFinish, cancellationToken).ConfigureAwait(false);
            var timeout = ResultTimeout + (context.Duration ?? TimeSpan.Zero);
            var result = await AwaitAsync(
                control.ReceiveAsync(PerfJson.Default.PerfResult, cancellationToken),
                timeout,
                "The server did not send its results. Run the measurement again.").ConfigureAwait(false);
            if (result.Failure is { } failure)
            {
                throw new PerfException($"The server could not send: {failure}");
            }

            await transfer.SettleAsync(result, cancellationToken).ConfigureAwait(false);
            control.Complete();
            return result;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await showing.ConfigureAwait(false);
        }
    }

    private async Task<T> AwaitAsync<T>(ValueTask<T> task, TimeSpan timeout, string message)
    {
        try
        {
            return await task.AsTask().WaitAsync(timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new PerfException(message, exception);
        }
    }

    private UdpackClientOptions ClientOptions()
    {
        var options = ConnectionOptions.Of(plan.Connection);
        options.Session = new UdpackSessionOptions { Congestion = plan.Congestion, DatagramQueueBytes = DatagramFlow.QueueBytes };
        return options;
    }
}
