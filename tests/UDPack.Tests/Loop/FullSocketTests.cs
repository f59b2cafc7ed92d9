using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UDPack.Loop;
using UDPack.Tests.Network;

namespace UDPack.Tests.Loop;

/// <summary>What a loop does while the system takes no more to send: an interface that is slow or stands still.</summary>
public sealed class FullSocketTests : IDisposable
{
    private const long LongestHold = 100_000;

    private readonly List<string> _log = [];
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSocket _socket = new();
    private readonly FakeEndpoint _endpoint;
    private readonly EventLoop _loop;

    public FullSocketTests()
    {
        _endpoint = new FakeEndpoint(_log.Add);
        _loop = new EventLoop("full", _socket, _endpoint, new LoopClock(_time, _socket), NullLogger.Instance);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _endpoint.Dispose();
    }

    [Fact]
    public void What_finds_no_room_waits_and_the_rest_behind_it_and_nothing_is_lost()
    {
        _socket.Room = 2;
        Arrive(5);

        Assert.Equal(LongestHold, _loop.Step());
        Assert.Equal([1, 2], _socket.Sent);
        _socket.Room = 1;
        Assert.Equal(LongestHold, _loop.Step());
        Assert.Equal([1, 2, 3], _socket.Sent);
        _socket.Room = 10;
        Assert.Equal(long.MaxValue, _loop.Step());
        Assert.Equal([1, 2, 3, 4, 5], _socket.Sent);
    }

    [Fact]
    public void Meanwhile_it_receives_works_and_fires_timers()
    {
        _socket.Room = 0;
        Arrive(1);
        _loop.Step();
        var (worked, rang) = (false, false);
        _endpoint.Arm(new Alarm(_ => rang = true), 20_000);
        _loop.Post(_ => worked = true);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Arrive(1);

        Assert.Equal(LongestHold - 30_000, _loop.Step());

        Assert.Equal(2, _log.Count(static entry => entry == "datagram 1"));
        Assert.True(worked);
        Assert.True(rang);
        Assert.Empty(_socket.Sent);
    }

    [Fact]
    public void A_link_that_stands_still_makes_it_loss_and_holds_nothing_up_until_something_goes_again()
    {
        _socket.Room = 0;
        Arrive(3);
        _loop.Step();
        _time.Advance(TimeSpan.FromMicroseconds(LongestHold));

        // The one that was held and those behind it.
        Assert.Equal(long.MaxValue, _loop.Step());
        Arrive(2);
        Assert.Equal(long.MaxValue, _loop.Step());
        Assert.Empty(_socket.Sent);

        _socket.Room = 1;
        Arrive(2);
        Assert.Equal(LongestHold, _loop.Step());
        Assert.Equal([6], _socket.Sent);
        _socket.Room = 1;
        _loop.Step();
        Assert.Equal([6, 7], _socket.Sent);
    }

    [Fact]
    public async Task A_loop_that_ends_waits_for_room_for_what_is_due()
    {
        await EndWithRoomForAsync(1);
        Assert.False(_loop.Completion.IsCompleted);

        _socket.Room = 10;
        _socket.Wake();

        await _loop.Completion.Soon();
        Assert.Equal([1, 2, 3, 4], _socket.Sent);
    }

    [Fact]
    public async Task But_not_for_a_link_that_stands_still()
    {
        await EndWithRoomForAsync(0);

        _time.Advance(TimeSpan.FromMicroseconds(LongestHold));

        await _loop.Completion.Soon();
        Assert.Empty(_socket.Sent);
    }

    /// <summary>The loop ends with four datagrams to send, room for some of them, and waits.</summary>
    private async Task EndWithRoomForAsync(int datagrams)
    {
        _socket.Room = datagrams;
        Arrive(4);
        _loop.Post(_ => _loop.Stop());
        _loop.Start();
        await _socket.Waits.Reader.ReadAsync().Soon();
    }

    private void Arrive(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _socket.Arrive(new byte[1]);
        }
    }
}
