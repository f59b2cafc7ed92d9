using UDPack.Tool.Perf;

namespace UDPack.Tool.Tests.Perf;

public sealed class StreamsTests
{
    [Theory]
    [InlineData(PerfDirection.Up)]
    [InlineData(PerfDirection.Down)]
    [InlineData(PerfDirection.Both)]
    internal async Task Bulk_data_arrives_and_is_verified(PerfDirection direction)
    {
        await using var pair = new PerfPair();

        var report = await pair.RunAsync(plan => plan with { Bulk = direction, Bytes = 3_000_001, PacketBytes = 20_000, Streams = 3 });

        Assert.True(report.Verified);
        Assert.Null(report.Latency);
        Assert.Equal(direction != PerfDirection.Down, report.Up is not null);
        Assert.Equal(direction != PerfDirection.Up, report.Down is not null);
        foreach (var way in new[] { report.Up, report.Down }.OfType<UDPack.Tool.Perf.Reports.DirectionReport>())
        {
            Assert.Equal(3_000_001, way.Bytes);
            Assert.Equal(151, way.Packets);
            Assert.Equal(0, way.Lost);
            Assert.True(way.Verified);
            Assert.InRange(way.BitsPerSecond, way.BytesPerSecond * 7.99, way.BytesPerSecond * 8.01);
            Assert.InRange(way.BytesPerSecond * way.Seconds, 2_990_000, 3_010_000);
        }

        Assert.True(report.Client.DatagramsSent > 0);
        Assert.True(report.Server.DatagramsReceived > 0);
        Assert.True(report.Client.PathMtuBytes >= 1200);
        Assert.True(report.Client.CongestionWindowBytes > 0);
        Assert.True(report.HandshakeMs > 0);
    }

    [Fact]
    public async Task Without_a_number_of_bytes_the_time_ends_it()
    {
        await using var pair = new PerfPair();

        var report = await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Both, Duration = TimeSpan.FromMilliseconds(300) });

        Assert.True(report.Verified);
        Assert.True(report.Seconds >= 0.3);
        Assert.True(report.Up!.Bytes > 0);
        Assert.True(report.Down!.Bytes > 0);
    }

    [Fact]
    public async Task Round_trips_are_measured()
    {
        await using var pair = new PerfPair();

        var report = await pair.RunAsync(plan => plan with { EchoMessages = 200, EchoRate = 1000, EchoBytes = 100, Streams = 3 });

        var latency = report.Latency!;
        Assert.True(report.Verified && latency.Verified);
        Assert.Null(report.Up);
        Assert.Null(report.Down);
        Assert.Equal((200, 200, 0, 100), (latency.Sent, latency.Received, latency.Lost, latency.MessageBytes));
        Assert.True(0 < latency.MinMs && latency.MinMs <= latency.P50Ms && latency.P50Ms <= latency.P99Ms && latency.P99Ms <= latency.P999Ms && latency.P999Ms <= latency.MaxMs);
        Assert.True(report.Seconds >= 0.199, "At 1000 a second, 200 messages take 199 ms at least.");
    }

    [Fact]
    public async Task Round_trips_are_measured_beside_bulk_data()
    {
        await using var pair = new PerfPair();

        var report = await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Both, Bytes = 2_000_000, EchoMessages = 50, EchoRate = 1000, Streams = 2 });

        Assert.True(report.Verified);
        Assert.Equal(2_000_000, report.Up!.Bytes);
        Assert.Equal(2_000_000, report.Down!.Bytes);
        Assert.Equal(50, report.Latency!.Received);
    }

    [Theory]
    [InlineData(PerfDirection.Up)]
    [InlineData(PerfDirection.Down)]
    internal async Task One_wrong_byte_is_found(PerfDirection direction)
    {
        var passed = 0;
        await using var pair = new PerfPair(content => Interlocked.Increment(ref passed) == 7 ? Flip(content, content.Length - 1) : content);

        var report = await pair.RunAsync(plan => plan with { Bulk = direction, Bytes = 200_000, PacketBytes = 10_000 });

        Assert.Equal(20, passed);
        Assert.False(report.Verified);
        Assert.False((report.Up ?? report.Down)!.Verified);
        Assert.Equal(200_000, (report.Up ?? report.Down)!.Bytes);
    }

    [Fact]
    public async Task A_packet_that_is_cut_is_found()
    {
        var passed = 0;
        await using var pair = new PerfPair(content => Interlocked.Increment(ref passed) == 2 ? content[..^1] : content);

        var report = await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Down, Bytes = 30_000, PacketBytes = 10_000 });

        Assert.False(report.Verified);
    }

    [Fact]
    public async Task A_wrong_echo_is_found()
    {
        var passed = 0;
        await using var pair = new PerfPair(content => Interlocked.Increment(ref passed) == 3 ? Flip(content, 40) : content);

        var report = await pair.RunAsync(plan => plan with { EchoMessages = 5, EchoRate = 1000 });

        Assert.Equal(5, report.Latency!.Received);
        Assert.False(report.Latency.Verified);
        Assert.False(report.Verified);
    }

    internal static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> content, int at)
    {
        var changed = content.ToArray();
        changed[at] ^= 1;
        return changed;
    }
}
