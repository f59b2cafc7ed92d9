using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>No stop waits for a loop that hangs.</summary>
public sealed class HangingLoopTests : IDisposable
{
    private readonly ManualResetEventSlim _released = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLoggerProvider _logs = new();
    private readonly WrappedNetwork _network;

    public HangingLoopTests() => _network = new WrappedNetwork(inner => new WrappedSocket(inner) { Waits = _released.Wait });

    public void Dispose() => _released.Set();

    [Fact]
    public async Task A_listener_stops_two_seconds_after_its_timeout()
    {
        var listener = Net.Listen(options =>
        {
            options.Network = _network;
            options.TimeProvider = _time;
            options.LoggerFactory = new Microsoft.Extensions.Logging.LoggerFactory([_logs]);
        });

        await EndsAsync(listener.StopAsync(TimeSpan.FromSeconds(30)), TimeSpan.FromSeconds(32));
        await EndsAsync(listener.DisposeAsync().AsTask(), TimeSpan.Zero);

        Assert.False(listener.Completion.IsCompleted);
        _released.Set();
        await listener.Completion.Soon();
    }

    [Fact]
    public async Task So_does_a_client()
    {
        await using var listener = Net.Listen();
        var client = Net.Client(listener, options =>
        {
            options.Network = _network;
            options.TimeProvider = _time;
            options.LoggerFactory = new Microsoft.Extensions.Logging.LoggerFactory([_logs]);
        });
        using var cancellation = new CancellationTokenSource();
        var connecting = client.ConnectAsync(cancellation.Token).AsTask();

        // 5 s for what is to be sent, 5 s for goaways, and the 2 s.
        await EndsAsync(client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(12));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting.Soon());
    }

    private async Task EndsAsync(Task stop, TimeSpan limit)
    {
        var moved = TimeSpan.Zero;
        while (await Task.WhenAny(stop, Task.Delay(50)) != stop)
        {
            Assert.True(moved <= limit + TimeSpan.FromSeconds(1), $"It waits on after {moved}.");
            _time.Advance(TimeSpan.FromSeconds(0.5));
            moved += TimeSpan.FromSeconds(0.5);
        }

        await stop;
        if (limit > TimeSpan.Zero)
        {
            Assert.Contains(_logs.Collector.GetSnapshot(), static record => record.Id.Id == 1005);
        }
    }
}
