using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UDPack.Loop;
using UDPack.Tests.Network;

namespace UDPack.Tests.Loop;

/// <summary>A loop without a thread of its own, turned by its network.</summary>
public sealed class SteppedLoopTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSocket _socket = new();
    private readonly FakeEndpoint _endpoint;
    private readonly EventLoop _loop;
    private int _unreachable;

    public SteppedLoopTests()
    {
        _endpoint = new FakeEndpoint(entry => _unreachable += entry.StartsWith("unreachable", StringComparison.Ordinal) ? 1 : 0);
        _loop = new EventLoop("stepped", _socket, _endpoint, new LoopClock(_time, _socket), NullLogger.Instance);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _endpoint.Dispose();
    }

    [Fact]
    public void A_step_says_when_the_next_is_due()
    {
        Assert.Equal(long.MaxValue, _loop.Step());
        var rang = false;
        _endpoint.Arm(new Alarm(_ => rang = true), 5_000);
        var wait = _loop.Step();
        Assert.InRange(wait, 5_000, 7_000);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(wait - 2_000, _loop.Step());
        _time.Advance(TimeSpan.FromMicroseconds(wait - 2_000));
        Assert.Equal(long.MaxValue, _loop.Step());
        Assert.True(rang);
    }

    [Fact]
    public void More_datagrams_than_a_turn_takes_ask_for_another_at_once()
    {
        for (var i = 0; i < 65; i++)
        {
            _socket.Arrive(new byte[1]);
        }

        Assert.Equal(0, _loop.Step());
        Assert.Equal(long.MaxValue, _loop.Step());
    }

    [Fact]
    public void More_reports_than_a_turn_takes_hold_up_neither_datagrams_nor_work()
    {
        var worked = false;
        _loop.Post(_ => worked = true);
        _socket.Arrive(new byte[1]);
        _socket.Reports = 1_000;

        Assert.Equal(0, _loop.Step());
        Assert.Equal(1_000 - 64, _socket.Reports);
        Assert.True(worked);
        Assert.Equal([1], _socket.Sent);
        for (var left = 15; left > 0; left--)
        {
            Assert.Equal(left > 1 ? 0 : long.MaxValue, _loop.Step());
        }

        // Every other one names an address.
        Assert.Equal(0, _socket.Reports);
        Assert.Equal(500, _unreachable);
    }

    [Fact]
    public void A_post_between_steps_wakes_the_socket_and_work_posted_within_one_asks_for_another()
    {
        _loop.Step();
        _loop.Post(_ => _loop.Post(static _ => { }));
        Assert.Equal(1, _socket.Wakes);
        Assert.Equal(0, _loop.Step());
        Assert.Equal(long.MaxValue, _loop.Step());
        Assert.Equal(1, _socket.Wakes);
    }

    [Fact]
    public async Task A_stopped_loop_does_its_last_work_and_ends()
    {
        var done = false;
        _loop.Step();
        _loop.Post(_ => done = true);
        _loop.Stop();
        Assert.Equal(long.MaxValue, _loop.Step());
        await _loop.Completion.Soon();
        Assert.True(done);
        Assert.True(_socket.IsDisposed);
    }

    [Fact]
    public async Task What_throws_in_a_step_ends_the_loop()
    {
        _endpoint.Throws = true;
        _socket.Arrive(new byte[1]);
        Assert.Equal(long.MaxValue, _loop.Step());
        await Assert.ThrowsAnyAsync<Exception>(() => _loop.Completion.Soon());
        Assert.True(_socket.IsDisposed);
    }
}
