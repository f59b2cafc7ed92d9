using Microsoft.Extensions.Time.Testing;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ListenerStopTests
{
    [Fact]
    public async Task Stopping_asks_sessions_to_finish_and_waits_for_them()
    {
        await using var pair = await Pair.ConnectAsync();
        var requested = pair.OnServer.CloseRequested.Fired();

        var stopping = pair.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        await requested;
        Assert.False(stopping.IsCompleted);
        Assert.Null(pair.OnServer.CloseReason);
        await pair.OnServer.SendAsync("bye"u8.ToArray()).Soon();
        await pair.OnServer.CloseAsync().Soon();

        await stopping.Soon();
        Assert.Equal("bye", await pair.OnClient.ReceiveTextAsync());
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnClient.ReceiveAsync().AsTask());
        await pair.Listener.Completion.Soon();
    }

    [Fact]
    public async Task A_close_request_reaches_everyone_who_asks_for_the_token_at_that_moment()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener);
        var sessions = new List<UdpackSession>();
        for (var i = 0; i < 100; i++)
        {
            await client.ConnectAsync().Soon();
            sessions.Add(await listener.AcceptSessionAsync().Soon());
        }

        var asking = Task.Run(() => sessions.Select(session => session.CloseRequested.Fired()).ToArray());
        var stopping = listener.StopAsync(Timeout.InfiniteTimeSpan);

        await Task.WhenAll(await asking.Soon()).Soon();
        await Task.WhenAll(sessions.Select(session => session.CloseAsync().Soon()));
        await stopping.Soon();
    }

    [Fact]
    public async Task The_drain_timeout_cuts_the_wait()
    {
        var time = new FakeTimeProvider();
        await using var pair = await Pair.ConnectAsync(options => options.TimeProvider = time);
        var requested = pair.OnServer.CloseRequested.Fired();

        var stopping = pair.Listener.StopAsync(TimeSpan.FromSeconds(30));
        await requested;
        time.Advance(TimeSpan.FromSeconds(29));
        await pair.Listener.Loop.TurnAsync();
        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await stopping.Soon();
        await pair.OnClient.Closed.Fired();
        Assert.Equal(SessionEndCause.ClosedByPeer, pair.OnClient.CloseReason!.Cause);
        Assert.Equal(SessionEndCause.ClosedLocally, pair.OnServer.CloseReason!.Cause);
    }

    [Fact]
    public async Task The_token_cuts_the_wait_and_throws_nothing()
    {
        await using var pair = await Pair.ConnectAsync();
        using var cut = new CancellationTokenSource();
        var stopping = pair.Listener.StopAsync(Timeout.InfiniteTimeSpan, cut.Token);

        await cut.CancelAsync();

        await stopping.Soon();
        Assert.NotNull(pair.OnServer.CloseReason);
    }

    [Fact]
    public async Task A_later_stop_can_only_shorten_the_wait()
    {
        var time = new FakeTimeProvider();
        await using var pair = await Pair.ConnectAsync(options => options.TimeProvider = time);
        var first = pair.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        var second = pair.Listener.StopAsync(TimeSpan.FromSeconds(5));
        var third = pair.Listener.StopAsync(TimeSpan.FromDays(400));

        time.Advance(TimeSpan.FromSeconds(5));

        await Task.WhenAll(first, second, third).Soon();
    }

    [Fact]
    public async Task Disposing_needs_no_stop_and_may_be_repeated_at_once_from_anywhere()
    {
        await using var pair = await Pair.ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => pair.Listener.DisposeAsync().AsTask()))).Soon();
        await pair.Listener.DisposeAsync().Soon();

        await pair.OnClient.Closed.Fired();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Listener.AcceptSessionAsync().Soon());
    }

    [Fact]
    public async Task A_draining_listener_admits_nobody_and_the_waiting_client_connects_to_its_successor()
    {
        await using var pair = await Pair.ConnectAsync();
        var stopping = pair.Listener.StopAsync(Timeout.InfiniteTimeSpan);
        await pair.Listener.Loop.TurnAsync();
        await using var client = Net.Client(pair.Listener);
        var connecting = client.ConnectAsync().AsTask();
        await pair.Listener.Loop.TurnsUntil(() => pair.Listener.GetStatistics().Dropped[DropReason.NotAdmitting] > 0);
        await pair.OnServer.CloseAsync().Soon();
        await stopping.Soon();

        await using var successor = Net.Listen(options => options.LocalEndPoint = pair.Listener.LocalEndPoint);

        await using var session = await connecting.Soon();
        Assert.Equal(SessionState.Ready, session.State);
    }

    [Fact]
    public async Task A_listener_that_does_not_admit_yet_answers_once_it_does()
    {
        await using var listener = UdpackListener.Listen(Net.ListenerOptions(), admit: false);
        await using var client = Net.Client(listener);
        var connecting = client.ConnectAsync().AsTask();
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().Dropped[DropReason.NotAdmitting] > 0);
        Assert.False(listener.Admitting);

        listener.Admitting = true;

        await using var session = await connecting.Soon();
    }

    [Fact]
    public async Task Two_listeners_on_one_port_say_which_endpoint_and_address()
    {
        await using var listener = Net.Listen();

        var exception = Assert.Throws<UdpackException>(() => Net.Listen(options =>
        {
            options.LocalEndPoint = listener.LocalEndPoint;
            options.Name = "second";
        }));

        Assert.Equal(UdpackError.BindFailed, exception.Error);
        Assert.Contains("second", exception.Message, StringComparison.Ordinal);
        Assert.Contains(listener.LocalEndPoint.ToString(), exception.Message, StringComparison.Ordinal);
    }
}
