using System.Diagnostics;
using System.Net;
using UDPack.Protocol;

namespace UDPack.Benchmarks.Peers;

/// <summary>One <see cref="UdpackClient"/>, connected as often as asked.</summary>
internal sealed class UdpackBenchClient(int port, byte[] serverKey) : BenchClient
{
    private const int PacketsInFlight = 64;

    private readonly UdpackClient _client = new(new UdpackClientOptions
    {
        RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port),
        ServerPublicKey = ServerPublicKey.FromSubjectPublicKeyInfo(serverKey),
        Token = "a token of the usual length: 64 bytes, like a session's identifier"u8.ToArray(),
        KeepAliveInterval = TimeSpan.FromMinutes(5),
        Session = UdpackServer.Sessions(),
    });

    protected override async Task<IAsyncDisposable> ConnectAsync()
    {
        var session = await _client.ConnectAsync().ConfigureAwait(false);
        using var hello = await session.ReceiveAsync().ConfigureAwait(false);
        return session;
    }

    protected override async Task<long[]> EchoAsync(int packets, int size)
    {
        await using var session = (UdpackSession)await ConnectAsync().ConfigureAwait(false);
        var content = new byte[size];
        await EchoAsync(session, content, packets / 4).ConfigureAwait(false);
        var before = session.GetStatistics();
        var watch = Stopwatch.StartNew();
        var allocated = -GC.GetTotalAllocatedBytes(precise: true);
        await EchoAsync(session, content, packets).ConfigureAwait(false);
        allocated += GC.GetTotalAllocatedBytes(precise: true);
        var elapsed = (long)watch.Elapsed.TotalMicroseconds;
        var after = session.GetStatistics();
        return [allocated, after.DatagramsSent + after.DatagramsReceived - before.DatagramsSent - before.DatagramsReceived, elapsed];
    }

    protected override async Task<long[]> LatencyAsync(int packets, int size)
    {
        await using var session = (UdpackSession)await ConnectAsync().ConfigureAwait(false);
        var content = new byte[size];
        var times = new long[packets];
        for (var i = 0; i < packets; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await session.SendAsync(content).ConfigureAwait(false);
            using var echo = await session.ReceiveAsync().ConfigureAwait(false);
            times[i] = (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return [times[packets / 2], times[packets * 99 / 100]];
    }

    private static async Task EchoAsync(UdpackSession session, byte[] content, int packets)
    {
        for (var i = 0; i < PacketsInFlight; i++)
        {
            await session.SendAsync(content).ConfigureAwait(false);
        }

        for (var i = 0; i < packets; i++)
        {
            using (await session.ReceiveAsync().ConfigureAwait(false))
            {
                await session.SendAsync(content).ConfigureAwait(false);
            }
        }

        for (var i = 0; i < PacketsInFlight; i++)
        {
            (await session.ReceiveAsync().ConfigureAwait(false)).Dispose();
        }
    }
}
