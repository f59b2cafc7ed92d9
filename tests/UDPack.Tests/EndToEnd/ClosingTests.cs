using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ClosingTests
{
    [Fact]
    public async Task What_was_accepted_before_closing_arrives_however_closely_the_close_follows()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener);
        for (var i = 0; i < 300; i++)
        {
            var session = await client.ConnectAsync().Soon();
            var accepted = await listener.AcceptSessionAsync().Soon();
            for (var packet = 0; packet < 5; packet++)
            {
                await session.SendAsync(BitConverter.GetBytes(packet)).Soon();
            }

            await session.CloseAsync().Soon();

            for (var packet = 0; packet < 5; packet++)
            {
                using var received = await accepted.ReceiveAsync().Soon();
                Assert.Equal(packet, BitConverter.ToInt32(received.Span));
            }
        }
    }

    [Fact]
    public async Task Every_send_that_was_accepted_arrives_when_another_thread_closes_meanwhile()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options => options.Session.SendBufferBytes = 2048);
        for (var i = 0; i < 50; i++)
        {
            var session = await client.ConnectAsync().Soon();
            var accepted = await listener.AcceptSessionAsync().Soon();
            var sent = 0;
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var sending = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await session.SendAsync(BitConverter.GetBytes(sent));
                        sent++;
                        begun.TrySetResult();
                    }
                }
                catch (UdpackException exception)
                {
                    return exception.Error;
                }
            });
            await begun.Task.Soon();
            await session.CloseAsync().Soon();
            Assert.Equal(UdpackError.SessionClosed, await sending.Soon());

            var received = 0;
            await foreach (var packet in accepted.ReadAllAsync())
            {
                packet.Dispose();
                received++;
            }

            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public async Task Both_sides_learn_how_it_ended()
    {
        await using var pair = await Pair.ConnectAsync();
        var closed = pair.OnServer.Closed.Fired();

        await pair.OnClient.CloseAsync(42).Soon();
        await closed;

        Assert.Equal(new UdpackCloseReason(SessionEndCause.ClosedLocally, 42, Reason: GoAwayReason.Application), pair.OnClient.CloseReason);
        Assert.Equal(new UdpackCloseReason(SessionEndCause.ClosedByPeer, 42, Reason: GoAwayReason.Application), pair.OnServer.CloseReason);
        Assert.Equal(SessionState.Close, pair.OnClient.State);
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnClient.SendAsync(new byte[1]).AsTask());
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnServer.SendAsync(new byte[1]).AsTask());
        Assert.False(pair.OnServer.TrySend(new byte[1]));
        Assert.True(pair.OnClient.Closed.IsCancellationRequested && pair.OnClient.CloseRequested.IsCancellationRequested);
    }

    [Fact]
    public async Task The_other_side_reads_the_text_in_its_close_reason_and_in_its_errors()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.OnClient.ReceiveAsync().AsTask();

        await pair.OnServer.CloseAsync(300, "moved to\nanother room").Soon();

        var exception = await Net.FailsWith(UdpackError.SessionClosed, receiving);
        Assert.Equal("The peer closed the session. Application code 300. It said: \"moved to another room\".", exception.Message);
        await pair.OnClient.Closed.Fired();
        Assert.Equal(new UdpackCloseReason(SessionEndCause.ClosedByPeer, 300, "moved to another room", GoAwayReason.Application), pair.OnClient.CloseReason);
    }

    [Fact]
    public async Task The_first_who_says_anything_as_it_ends_is_heard()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnServer.Abort(1, "first");
        pair.OnServer.Abort(2, "second");
        await pair.OnClient.Closed.Fired();
        Assert.Equal(new UdpackCloseReason(SessionEndCause.PeerError, 1, "first", GoAwayReason.Application), pair.OnClient.CloseReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_learns_that_the_server_stops(bool isDrained)
    {
        await using var pair = await Pair.ConnectAsync();
        using var asked = pair.OnServer.CloseRequested.Register(() => _ = isDrained ? pair.OnServer.CloseAsync(5).AsTask() : Task.CompletedTask);

        await pair.Listener.StopAsync(isDrained ? TimeSpan.FromMinutes(1) : TimeSpan.Zero).Soon();

        await pair.OnClient.Closed.Fired();
        Assert.Equal(
            new UdpackCloseReason(SessionEndCause.ClosedByPeer, isDrained ? (ushort)5 : null, null, GoAwayReason.Stopping), pair.OnClient.CloseReason);
        var exception = await Net.FailsWith(UdpackError.SessionClosed, pair.OnClient.SendAsync(new byte[1]).AsTask());
        Assert.Equal($"The peer closed the session: it stops.{(isDrained ? " Application code 5." : "")}", exception.Message);
    }

    [Fact]
    public async Task Closing_again_and_after_the_end_is_harmless()
    {
        await using var pair = await Pair.ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => pair.OnClient.CloseAsync().AsTask()))).Soon();
        await pair.OnClient.CloseAsync(1, cancellationToken: new CancellationToken(true)).Soon();
        await pair.OnClient.DisposeAsync().Soon();
        await pair.OnClient.DisposeAsync().Soon();
        pair.OnClient.Abort(2);

        Assert.Null(pair.OnClient.CloseReason!.ApplicationCode);
    }

    [Fact]
    public async Task A_close_that_cannot_flush_is_cut_by_its_token()
    {
        await using var listener = Net.Listen();
        await using var relay = new Relay(listener.LocalEndPoint);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint));
        var session = await client.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();
        await session.SendAndConfirmAsync(new byte[1]).Soon();
        relay.IsBlackHole = true;
        var confirmed = session.SendAndConfirmAsync(new byte[1]).AsTask();
        using var cut = new CancellationTokenSource();

        var closing = session.CloseAsync(null, cancellationToken: cut.Token).AsTask();
        await session.Loop.TurnAsync();
        Assert.False(closing.IsCompleted);
        await cut.CancelAsync();

        await closing.Soon();
        await Net.FailsWith(UdpackError.SessionClosed, confirmed);
    }

    [Fact]
    public async Task Aborting_ends_it_at_once_for_both()
    {
        await using var pair = await Pair.ConnectAsync();
        var receiving = pair.OnServer.ReceiveAsync().AsTask();

        pair.OnClient.Abort(3);

        var exception = await Net.FailsWith(UdpackError.SessionAborted, receiving);
        Assert.Equal((ushort)3, exception.ApplicationCode);
        await pair.OnClient.Closed.Fired();
        Assert.Equal(SessionEndCause.Aborted, pair.OnClient.CloseReason!.Cause);
        Assert.Equal(SessionEndCause.PeerError, pair.OnServer.CloseReason!.Cause);
    }

    [Fact]
    public async Task Callbacks_of_the_closed_token_run_off_the_loop_and_may_block_or_throw()
    {
        await using var pair = await Pair.ConnectAsync();
        using var other = new ManualResetEventSlim();
        var entered = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.OnServer.Closed.Register(() => throw new InvalidOperationException("the application's mistake"));
        pair.OnServer.Closed.Register(() =>
        {
            entered.SetResult(Thread.CurrentThread.Name);
            other.Wait(Patience.Limit);
        });

        pair.OnClient.Abort();
        var thread = await entered.Task.Soon();
        Assert.DoesNotContain("udpack", thread ?? "", StringComparison.Ordinal);

        // The loop still serves others while that callback blocks.
        await using var client = Net.Client(pair.Listener);
        await using var session = await client.ConnectAsync().Soon();
        await pair.Listener.AcceptSessionAsync().Soon();
        await session.SendAndConfirmAsync("x"u8.ToArray()).Soon();
        other.Set();
    }

    [Fact]
    public async Task Tokens_asked_for_after_the_end_are_cancelled()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.OnClient.CloseAsync().Soon();

        Assert.True(pair.OnClient.Closed.IsCancellationRequested);
        Assert.True(pair.OnClient.CloseRequested.IsCancellationRequested);
    }
}
