using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>No stop waits for a loop that hangs, and then nobody else does.</summary>
public sealed class HangingLoopTests : IDisposable
{
    private readonly ManualResetEventSlim _released = new();
    private readonly ManualResetEventSlim _turns = new(true);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLoggerProvider _logs = new();
    private readonly WrappedNetwork _network;
    private readonly WrappedNetwork _later;
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HangingLoopTests()
    {
        _network = new WrappedNetwork(inner => new WrappedSocket(inner)
        {
            Waits = () =>
            {
                _hangs.TrySetResult();
                _released.Wait();
            },
        });
        _later = new WrappedNetwork(inner => new WrappedSocket(inner) { Gate = _turns, Hangs = () => _hangs.TrySetResult() });
    }

    public void Dispose()
    {
        _released.Set();
        _turns.Set();
    }

    [Fact]
    public async Task A_listener_stops_two_seconds_after_its_timeout()
    {
        var listener = Listen(_network);
        var accepting = listener.AcceptSessionAsync().AsTask();
        await _hangs.Task.Soon();

        await EndsAsync(listener.StopAsync(TimeSpan.FromSeconds(30)), TimeSpan.FromSeconds(32));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting.Soon());
        await EndsAsync(listener.DisposeAsync().AsTask(), TimeSpan.Zero);

        Assert.False(listener.Completion.IsCompleted);
        _released.Set();
        await listener.Completion.Soon();
    }

    [Fact]
    public async Task So_does_a_client()
    {
        await using var listener = Net.Listen();
        var client = Client(listener, _network);
        var connecting = client.ConnectAsync().AsTask();
        await _hangs.Task.Soon();

        // 5 s for what is to be sent, 5 s for goaways, and the 2 s.
        await EndsAsync(client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(12));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting.Soon());
    }

    [Fact]
    public async Task What_waits_on_a_clients_sessions_ends_with_it()
    {
        await using var listener = Net.Listen();
        var client = Client(listener, _later);
        var session = await client.ConnectAsync().Soon();
        await using var other = await listener.AcceptSessionAsync().Soon();
        await AssertAllEndAsync(session, () => client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(12));
        await session.Loop.Completion.Soon();
    }

    [Fact]
    public async Task So_does_what_waits_on_a_listeners_sessions()
    {
        var listener = Listen(_later);
        await using var client = Net.Client(listener);
        await using var other = await client.ConnectAsync().Soon();
        var session = await listener.AcceptSessionAsync().Soon();
        await AssertAllEndAsync(session, () => listener.DisposeAsync().AsTask(), TimeSpan.FromSeconds(2));
        Assert.Empty(listener.Sessions);
        await listener.Completion.Soon();
    }

    [Fact]
    public async Task A_session_is_disposed_two_seconds_after_its_patience()
    {
        await using var listener = Net.Listen();
        var client = Client(listener, _later);
        var session = await client.ConnectAsync().Soon();
        await AssertAllEndAsync(session, () => session.DisposeAsync().AsTask(), TimeSpan.FromSeconds(7), tells: 1006);
        await EndsAsync(client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(12), tells: 1006);
    }

    [Fact]
    public async Task A_close_ends_two_seconds_after_it_was_cut_short()
    {
        await using var listener = Net.Listen();
        var client = Client(listener, _later);
        var session = await client.ConnectAsync().Soon();
        await AssertAllEndAsync(session, () => session.CloseAsync(cancellationToken: new CancellationToken(canceled: true)).AsTask(), TimeSpan.FromSeconds(2), tells: 1006);
        await EndsAsync(client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(12), tells: 1006);
    }

    private UdpackListener Listen(UdpackNetwork network) => Net.Listen(options =>
    {
        options.Network = network;
        options.TimeProvider = _time;
        options.LoggerFactory = new Microsoft.Extensions.Logging.LoggerFactory([_logs]);
    });

    private UdpackClient Client(UdpackListener listener, UdpackNetwork network) => Net.Client(listener, options =>
    {
        options.Network = network;
        options.TimeProvider = _time;
        options.LoggerFactory = new Microsoft.Extensions.Logging.LoggerFactory([_logs]);
    });

    /// <summary>Has the session's loop hang, waits for all there is to wait for on it, and then for the stop.</summary>
    private async Task AssertAllEndAsync(UdpackSession session, Func<Task> stop, TimeSpan limit, int tells = 1005)
    {
        var stream = await session.OpenStreamAsync().Soon();
        _turns.Reset();

        session.Loop.Post(_ => { });
        await _hangs.Task.Soon();
        var packet = new byte[1_000];
        var confirmation = session.SendAndConfirmAsync(packet).AsTask();
        var streamConfirmation = stream.SendAndConfirmAsync(packet).AsTask();
        while (session.TrySend(packet) | stream.TrySend(packet))
        {
        }

        var waits = new Dictionary<string, Task>
        {
            ["receive"] = session.ReceiveAsync().AsTask(),
            ["receive message"] = session.ReceiveDatagramAsync().AsTask(),
            ["receive value"] = session.ReceiveLatestAsync().AsTask(),
            ["confirm"] = confirmation,
            ["send"] = session.SendAsync(packet).AsTask(),
            ["ping"] = session.PingAsync().AsTask(),
            ["stop receiving"] = session.StopReceivingAsync(),
            ["accept stream"] = session.AcceptStreamAsync().AsTask(),
            ["open stream"] = session.OpenStreamAsync().AsTask(),
            ["stream: receive"] = stream.ReceiveAsync().AsTask(),
            ["stream: confirm"] = streamConfirmation,
            ["stream: send"] = stream.SendAsync(packet).AsTask(),
            ["stream: reads"] = stream.ReadsClosed,
            ["stream: writes"] = stream.WritesClosed,
            ["close"] = session.CloseAsync().AsTask(),
        };
        try
        {
            await EndsAsync(stop(), limit, tells);
            await AssertEndedAsync(session, waits);
        }
        finally
        {
            // The loop goes on after all, which must do no harm.
            _turns.Set();
            await session.Loop.TurnAsync().Soon();
        }
    }

    private static async Task AssertEndedAsync(UdpackSession session, Dictionary<string, Task> waits)
    {
        foreach (var (what, wait) in waits)
        {
            Assert.True(await Task.WhenAny(wait, Task.Delay(TimeSpan.FromSeconds(10))) == wait, $"{what} waits on.");
            if (what is "stop receiving" or "close")
            {
                await wait;
            }
            else
            {
                var exception = await Assert.ThrowsAsync<UdpackException>(() => wait);
                Assert.True(exception.Error == UdpackError.SessionClosed, $"{what}: {exception.Message}");
            }
        }

        Assert.True(session.Closed.IsCancellationRequested);
        Assert.Equal(SessionEndCause.ClosedLocally, session.CloseReason?.Cause);
        await Assert.ThrowsAsync<UdpackException>(() => session.SendAndConfirmAsync("x"u8.ToArray()).AsTask().Soon());
        await Assert.ThrowsAsync<UdpackException>(() => session.OpenStreamAsync().AsTask().Soon());
        await Assert.ThrowsAsync<UdpackException>(() => session.PingAsync().AsTask().Soon());
        await session.DisposeAsync().AsTask().Soon();
    }

    private async Task EndsAsync(Task stop, TimeSpan limit, int tells = 1005)
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
            Assert.Contains(_logs.Collector.GetSnapshot(), record => record.Id.Id == tells);
        }
    }
}
