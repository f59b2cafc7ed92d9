using System.Diagnostics;

namespace UDPack.Benchmarks.Peers;

/// <summary>A client that makes load, alone in its process.</summary>
internal abstract class BenchClient
{
    private readonly List<IAsyncDisposable> _held = [];

    public static BenchClient Create(string kind, int port, string key) => kind switch
    {
        PeerKinds.Tls => new TlsClient(port),
        _ => new UdpackBenchClient(port, Convert.FromHexString(key)),
    };

    /// <summary>
    /// Answers: handshakes milliseconds concurrency → done, failed, elapsed microseconds; hold count → failed; drop → 0; echo packets size
    /// → bytes allocated meanwhile, datagrams handled meanwhile, microseconds; latency packets size → median microseconds.
    /// </summary>
    public async Task<long[]> ExecuteAsync(string command, long[] arguments) => command switch
    {
        "handshakes" => await HandshakesAsync(TimeSpan.FromMilliseconds(arguments[0]), (int)arguments[1]).ConfigureAwait(false),
        "hold" => await HoldAsync((int)arguments[0], 32).ConfigureAwait(false),
        "drop" => await DropAsync().ConfigureAwait(false),
        "echo" => await EchoAsync((int)arguments[0], (int)arguments[1]).ConfigureAwait(false),
        "latency" => await LatencyAsync((int)arguments[0], (int)arguments[1]).ConfigureAwait(false),
        _ => throw new ArgumentException($"Unknown command {command}.", nameof(command)),
    };

    /// <summary>Makes a session and waits for the server's first byte: then the handshake is complete on both sides.</summary>
    protected abstract Task<IAsyncDisposable> ConnectAsync();

    protected virtual Task<long[]> EchoAsync(int packets, int size) => throw new NotSupportedException();

    protected virtual Task<long[]> LatencyAsync(int packets, int size) => throw new NotSupportedException();

    private async Task<long[]> HandshakesAsync(TimeSpan time, int concurrency)
    {
        long done = 0;
        long failed = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(LoopAsync))).ConfigureAwait(false);
        return [done, failed, (long)watch.Elapsed.TotalMicroseconds];

        async Task LoopAsync()
        {
            while (watch.Elapsed < time)
            {
                try
                {
                    await using var session = await ConnectAsync().ConfigureAwait(false);
                    Interlocked.Increment(ref done);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
                    Interlocked.Increment(ref failed);
                }
            }
        }
    }

    private async Task<long[]> HoldAsync(int count, int concurrency)
    {
        var left = count;
        long failed = 0;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(LoopAsync))).ConfigureAwait(false);
        return [failed];

        async Task LoopAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                try
                {
                    var session = await ConnectAsync().ConfigureAwait(false);
                    lock (_held)
                    {
                        _held.Add(session);
                    }
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
                    Interlocked.Increment(ref failed);
                }
            }
        }
    }

    private async Task<long[]> DropAsync()
    {
        await Task.WhenAll(_held.Select(session => session.DisposeAsync().AsTask())).ConfigureAwait(false);
        _held.Clear();
        return [0];
    }
}
