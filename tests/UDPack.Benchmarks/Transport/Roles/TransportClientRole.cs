using System.Globalization;
using System.Net;
using UDPack.Benchmarks.Transport.Peers;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>The client, alone in its process: makes a connection for each command and cuts it off at its end.</summary>
internal sealed class TransportClientRole(string peer, string address, string port, string key)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly TransportPeer _peer = TransportPeer.Find(peer);
    private readonly IPEndPoint _server = new(IPAddress.Parse(address), int.Parse(port, CultureInfo.InvariantCulture));

    /// <summary>
    /// Answers: bulk size milliseconds → start, end, retransmits or -1; echo size milliseconds → count and the percentiles 50, 99, 99.9, 100 in
    /// nanoseconds; mixed bulkSize size warmMilliseconds milliseconds → start, end, count, unanswered, the same percentiles in microseconds, retransmits.
    /// </summary>
    public Task<long[]> ExecuteAsync(string command, long[] arguments) => command switch
    {
        "bulk" => BulkAsync((int)arguments[0], arguments[1]),
        "echo" => EchoAsync((int)arguments[0], arguments[1]),
        "mixed" => MixedAsync((int)arguments[0], (int)arguments[1], arguments[2], arguments[3]),
        _ => throw new ArgumentException($"Unknown command {command}.", nameof(command)),
    };

    private async Task<long[]> BulkAsync(int size, long milliseconds)
    {
        await using var connection = await ConnectAsync(mixed: false, static (_, _) => default);
        var start = Clock.Micros;
        var sender = Task.Run(() => BulkSender.RunAsync(connection, size, start + (milliseconds * 1_000)));
        await Task.WhenAny(sender, Task.Delay(TimeSpan.FromMilliseconds(milliseconds)));
        var (end, retransmits) = (Clock.Micros, connection.Retransmits ?? -1);
        await connection.DisposeAsync();
        await BulkSender.EndAsync(sender);
        return [start, end, retransmits];
    }

    private async Task<long[]> EchoAsync(int size, long milliseconds)
    {
        var exchange = new EchoExchange(size);
        await using var connection = await ConnectAsync(mixed: false, (_, message) => exchange.OnEcho(message));
        await exchange.RunAsync(connection, milliseconds);
        return [exchange.Nanos.Count, .. Percentiles(exchange.Nanos)];
    }

    private async Task<long[]> MixedAsync(int bulkSize, int size, long warmMilliseconds, long milliseconds)
    {
        var small = Enumerable.Range(Channels.FirstEcho, Channels.EchoCount).Select(channel => new SmallMessages(channel, size)).ToArray();
        await using var connection = await ConnectAsync(mixed: true, (channel, message) =>
        {
            small[channel - Channels.FirstEcho].OnEcho(message.Span);
            return default;
        });

        var start = Clock.Micros;
        var from = start + (warmMilliseconds * 1_000);
        var until = from + (milliseconds * 1_000);
        var bulk = Task.Run(() => BulkSender.RunAsync(connection, bulkSize, until + (long)Grace.TotalMicroseconds));
        var senders = small.Select(channel => Task.Run(() => channel.RunAsync(connection, from, until))).ToArray();
        await Task.Delay(TimeSpan.FromMicroseconds(until - Clock.Micros));

        // The bulk transfer goes on while the last small messages come back.
        await Task.Delay(Grace);
        var (end, retransmits) = (Clock.Micros, connection.Retransmits ?? -1);
        var waiting = small.SelectMany(channel => channel.GetWaiting()).ToArray();
        await connection.DisposeAsync();
        await BulkSender.EndAsync(Task.WhenAll([bulk, .. senders]));
        List<long> all = [.. small.SelectMany(channel => channel.Micros), .. waiting];
        return [start, end, all.Count, waiting.Length, .. Percentiles(all), retransmits];
    }

    /// <summary>Connects, and has the server send one message back, which shows that it is ready.</summary>
    private async Task<IMessageConnection> ConnectAsync(bool mixed, MessageHandler handler)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = await _peer.ConnectAsync(_server, key, mixed, (channel, message) =>
        {
            if (ready.Task.IsCompleted)
            {
                return handler(channel, message);
            }

            ready.SetResult();
            return default;
        });
        await connection.SendAsync(Channels.FirstEcho, new byte[1]);
        await ready.Task;
        return connection;
    }

    private static long[] Percentiles(List<long> samples)
    {
        samples.Sort();
        return [.. new[] { 0.5, 0.99, 0.999, 1 }.Select(share => samples.Count == 0 ? -1 : samples[(int)((samples.Count - 1) * share)])];
    }
}
