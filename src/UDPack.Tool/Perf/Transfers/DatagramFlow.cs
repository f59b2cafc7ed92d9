using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>One side of unreliable messages: sends bulk messages as fast as the path takes them, and sorts what arrives.</summary>
/// <param name="session">The session.</param>
/// <param name="context">What is sent and counted.</param>
/// <param name="run">The client's echoed messages; null on a server, which sends them back.</param>
internal sealed class DatagramFlow(UdpackSession session, TransferContext context, EchoRun? run)
{
    /// <summary>How much the session may hold of messages; see <see cref="UdpackSessionOptions.DatagramQueueBytes"/>.</summary>
    public const int QueueBytes = 1024 * 1024;

    // Beyond this much the library drops messages; half of it leaves room for what it counts on top of their bytes.
    private const int WindowBytes = QueueBytes / 2;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PathSearch = TimeSpan.FromSeconds(3);

    private long _accepted;
    private long _corrupt;
    private long _echoed;

    /// <summary>Messages that arrived and were not what was sent.</summary>
    public long Corrupt => Interlocked.Read(ref _corrupt);

    /// <summary>Messages that were sent back.</summary>
    public long Echoed => Interlocked.Read(ref _echoed);

    /// <summary>Waits until messages of this size pass; the path's MTU is found out while it is used.</summary>
    public async Task WaitForPathAsync(int messageBytes, CancellationToken cancellationToken)
    {
        var start = context.Time.GetTimestamp();
        while (session.MaxDatagramBytes < messageBytes)
        {
            if (context.Time.GetElapsedTime(start) > PathSearch)
            {
                throw new PerfException(
                    $"The path carries messages of at most {session.MaxDatagramBytes:N0} bytes. Choose a --message-size of at most that.");
            }

            await Task.Delay(PollInterval, context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task SendBulkAsync(CancellationToken cancellationToken)
    {
        var message = Array.Empty<byte>();
        for (var number = 0L; context.Budget.Claim() is > 0 and var claimed; number++)
        {
            var size = Math.Max(claimed, DatagramMessage.HeaderSize);
            await WaitForRoomAsync(number, size, cancellationToken).ConfigureAwait(false);
            message = message.Length == size ? message : new byte[size];
            Send(message, StreamKind.Bulk, 0, number);
            context.Sent.Add(size);
        }
    }

    /// <summary>Sends the client's messages that the server echoes.</summary>
    public Task SendEchoesAsync(EchoSchedule schedule, CancellationToken cancellationToken)
    {
        var message = new byte[run!.MessageBytes];
        return run.SendAsync(
            schedule,
            (number, timestamp) =>
            {
                Send(message, StreamKind.Echo, timestamp, number);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
    }

    /// <summary>Receives until cancelled.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var packet = await session.ReceiveDatagramAsync(cancellationToken).ConfigureAwait(false);
            OnMessage(context.Pass(packet.Memory).Span);
        }
    }

    /// <summary>Waits for what is still on its way: until nothing is missing, or nothing has come for a while.</summary>
    /// <param name="arrived">How many messages have arrived.</param>
    /// <param name="expected">How many can.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SettleAsync(Func<long> arrived, long expected, CancellationToken cancellationToken)
    {
        var (seen, since) = (-1L, 0L);
        while (arrived() is var count && count < expected)
        {
            if (count != seen)
            {
                (seen, since) = (count, context.Time.GetTimestamp());
            }

            if (context.Time.GetElapsedTime(since) > Patience + (3 * session.GetStatistics().SmoothedRtt))
            {
                return;
            }

            await Task.Delay(PollInterval, context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnMessage(ReadOnlySpan<byte> message)
    {
        switch (DatagramMessage.Verify(message))
        {
            case StreamKind.Bulk:
                context.Received.Add(message.Length);
                break;
            case StreamKind.Echo when run is not null:
                run.OnEcho(DatagramMessage.Timestamp(message));
                break;
            case StreamKind.Echo when message.Length <= session.MaxDatagramBytes:
                SendDatagram(message);
                Interlocked.Increment(ref _echoed);
                break;
            case StreamKind.Echo:
                // It came over a wider path than this side knows: lost, as on any path that is too narrow.
                break;
            default:
                Interlocked.Increment(ref _corrupt);
                break;
        }
    }

    private void Send(byte[] message, StreamKind kind, long timestamp, long number)
    {
        context.Content.Packet((int)kind, number, message.Length).CopyTo(message);
        DatagramMessage.Write(message, kind, timestamp, number);
        SendDatagram(context.Pass(message).Span);
    }

    private void SendDatagram(ReadOnlySpan<byte> message)
    {
        session.SendDatagram(message);
        Interlocked.Increment(ref _accepted);
    }

    private async ValueTask WaitForRoomAsync(long number, int size, CancellationToken cancellationToken)
    {
        // Messages do not wait for room themselves; so what the transport has not yet sent is counted, now and then.
        var window = Math.Max(1, WindowBytes / (size + 64));
        if (number % Math.Max(1, window / 2) != 0)
        {
            return;
        }

        var (seen, since) = (-1L, 0L);
        while (true)
        {
            var figures = session.GetStatistics();
            if (Interlocked.Read(ref _accepted) - figures.MessagesSent < window)
            {
                return;
            }

            if (figures.MessagesSent != seen)
            {
                (seen, since) = (figures.MessagesSent, context.Time.GetTimestamp());
            }
            else if (context.Time.GetElapsedTime(since) > Patience + (3 * figures.SmoothedRtt))
            {
                // Nothing moves, so nothing waits: what is missing was dropped, and will never count as sent.
                Interlocked.Exchange(ref _accepted, figures.MessagesSent);
                return;
            }

            await Task.Delay(PollInterval, context.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
