using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ReconfigureTests
{
    [Fact]
    public async Task A_raised_limit_admits_more_and_a_lowered_one_ends_nobody()
    {
        var options = Net.ListenerOptions(options => options.MaxSessions = 1);
        await using var listener = UdpackListener.Listen(options);
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(listener);
        await using var first = await client.ConnectAsync().Soon();
        await Net.FailsWith(UdpackError.ServerFull, client.ConnectAsync().AsTask());

        listener.Reconfigure(Net.ListenerOptions(change => change.MaxSessions = 2));
        await listener.Loop.TurnAsync();
        await using var second = await client.ConnectAsync().Soon();
        listener.Reconfigure(Net.ListenerOptions(change => change.MaxSessions = 1));

        await Net.AssertEchoesAsync(first);
        await Net.AssertEchoesAsync(second);
        await listener.StopAsync(TimeSpan.Zero);
        await echo;
    }

    [Fact]
    public async Task New_sessions_get_the_new_session_options_and_old_ones_keep_theirs()
    {
        await using var listener = Net.Listen(options => options.Session.MaxPacketBytes = 1000);
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(listener);
        await using var before = await client.ConnectAsync().Soon();

        listener.Reconfigure(Net.ListenerOptions(options => options.Session.MaxPacketBytes = 2000));
        await listener.Loop.TurnAsync();
        await using var after = await client.ConnectAsync().Soon();

        Assert.Equal((1000, 2000), (before.MaxPacketBytes, after.MaxPacketBytes));
        await Net.AssertEchoesAsync(after, new string('x', 2000));
        await listener.StopAsync(TimeSpan.Zero);
        await echo;
    }

    [Fact]
    public async Task A_handshake_under_way_keeps_what_it_began_with()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var verdict = new TaskCompletionSource<TokenVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = Net.Listen(options =>
        {
            options.Session.MaxStreams = 7;
            options.TokenValidator = new TestValidator((_, _) =>
            {
                asked.TrySetResult();
                return new ValueTask<TokenVerdict>(verdict.Task);
            });
        });
        await using var client = Net.Client(listener);
        var connecting = client.ConnectAsync().AsTask();
        await asked.Task.Soon();

        listener.Reconfigure(Net.ListenerOptions(options => options.Session.MaxStreams = 3));
        await listener.Loop.TurnAsync();
        verdict.SetResult(TokenVerdict.Success());

        await using var session = await connecting.Soon();
        await using var accepted = await listener.AcceptSessionAsync().Soon();
        Assert.Equal(7, accepted.MaxStreams);
    }

    [Fact]
    public async Task Bad_options_change_nothing()
    {
        await using var listener = Net.Listen(options => options.MaxSessions = 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => listener.Reconfigure(Net.ListenerOptions(options =>
        {
            options.MaxSessions = 5;
            options.HandshakeBurstPerPrefix = 0;
        })));
        await using var client = Net.Client(listener, options => options.MaxAttempts = 1);
        await using var first = await client.ConnectAsync().Soon();
        await Net.FailsWith(UdpackError.ServerFull, client.ConnectAsync().AsTask());
    }
}
