using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class StreamOpeningTests
{
    [Fact]
    public async Task Opening_waits_for_a_free_slot_and_can_be_cancelled()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.MaxStreams = 1);
        var (first, onServer) = await pair.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var cancelled = pair.OnClient.OpenStreamAsync(null, cancel.Token).AsTask();
        var second = pair.OnClient.OpenStreamAsync().AsTask();
        await pair.OnClient.Loop.TurnAsync();
        Assert.False(cancelled.IsCompleted || second.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        first.CompleteWrites();
        onServer.CompleteWrites();

        var opened = await second.Soon();
        Assert.Equal(first.Id + 2, opened.Id);
    }

    [Fact]
    public async Task A_peer_that_takes_no_streams_is_named_at_once()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.MaxStreams = 0);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.OnClient.OpenStreamAsync());

        // The other direction has its own limit.
        await pair.OnServer.OpenStreamAsync().Soon();
    }

    [Fact]
    public async Task Openings_that_wait_fail_with_the_session_and_later_ones_too()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.MaxStreams = 1);
        await pair.OnClient.OpenStreamAsync().Soon();
        var waiting = pair.OnClient.OpenStreamAsync().AsTask();

        pair.OnServer.Abort(300);

        var exception = await Net.FailsWith(UdpackError.SessionAborted, waiting);
        Assert.Equal((ushort)300, exception.ApplicationCode);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.OpenStreamAsync().AsTask());
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.AcceptStreamAsync().AsTask());
    }

    [Fact]
    public async Task Openings_that_wait_fail_when_the_session_is_closed_here()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.MaxStreams = 1);
        await pair.OnClient.OpenStreamAsync().Soon();
        var waiting = pair.OnClient.OpenStreamAsync().AsTask();

        var closing = pair.OnClient.CloseAsync().AsTask();

        await Net.FailsWith(UdpackError.SessionClosed, waiting);
        await closing.Soon();
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnClient.OpenStreamAsync().AsTask());
    }

    [Fact]
    public async Task Accepting_can_be_cancelled_and_several_may_wait()
    {
        await using var pair = await Pair.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var cancelled = pair.OnServer.AcceptStreamAsync(cancel.Token).AsTask();
        var first = pair.OnServer.AcceptStreamAsync().AsTask();
        var second = pair.OnServer.AcceptStreamAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());

        var opened = new[] { await pair.OnClient.OpenStreamAsync().Soon(), await pair.OnClient.OpenStreamAsync().Soon() };

        Assert.Equal(opened.Select(stream => stream.Id), [(await first.Soon()).Id, (await second.Soon()).Id]);
    }

    [Fact]
    public async Task A_stream_given_up_before_anyone_took_it_is_never_seen()
    {
        await using var pair = await Pair.ConnectAsync();
        var first = await pair.OnClient.OpenStreamAsync().Soon();
        await first.SendAndConfirmAsync("never read"u8.ToArray()).Soon();
        first.Abort();
        await pair.OnServer.Loop.TurnsUntil(() => pair.OnServer.GetStatistics().OpenStreams == 0);

        var second = await pair.OnClient.OpenStreamAsync().Soon();

        Assert.Equal(second.Id, (await pair.OnServer.AcceptStreamAsync().Soon()).Id);
    }

    [Fact]
    public async Task Streams_nobody_accepts_are_bounded_by_the_limit_however_many_come_and_go()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.MaxStreams = 4);
        for (var i = 0; i < 100; i++)
        {
            var stream = await pair.OnClient.OpenStreamAsync().Soon();
            await stream.SendAsync(new byte[100]).Soon();
            stream.Abort();
        }

        for (var i = 0; i < 4; i++)
        {
            await pair.OnClient.OpenStreamAsync().Soon();
        }

        var fifth = pair.OnClient.OpenStreamAsync().AsTask();
        await pair.OnServer.Loop.TurnsUntil(() => pair.OnServer.GetStatistics().OpenStreams == 4);
        Assert.False(fifth.IsCompleted);
        for (var i = 0; i < 4; i++)
        {
            (await pair.OnServer.AcceptStreamAsync().Soon()).Abort(256);
        }

        await fifth.Soon();
    }

    [Fact]
    public async Task What_a_closed_session_brought_is_still_there_to_be_taken()
    {
        await using var pair = await Pair.ConnectAsync();
        var stream = await pair.OnClient.OpenStreamAsync().Soon();
        await stream.SendTextAsync("last words");
        stream.CompleteWrites();
        await pair.OnClient.CloseAsync().Soon();
        await pair.OnServer.Closed.Fired();

        var onServer = await pair.OnServer.AcceptStreamAsync().Soon();

        Assert.Equal("last words", await onServer.ReceiveTextAsync());
        Assert.Null(await onServer.ReceiveTextAsync());
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnServer.AcceptStreamAsync().AsTask());
        await foreach (var other in pair.OnServer.AcceptStreamsAsync())
        {
            Assert.Fail($"stream {other.Id} came from nowhere");
        }
    }
}
