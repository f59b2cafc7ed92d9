using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ConnectFailureTests
{
    [Fact]
    public async Task A_refused_token_is_an_authentication_failure()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options => options.Token = "bad"u8.ToArray());

        var exception = await Net.FailsWith(UdpackError.AuthenticationFailed, client.ConnectAsync().AsTask());

        Assert.Contains(listener.LocalEndPoint.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not good", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, listener.ActiveSessions);
    }

    [Fact]
    public async Task A_wrong_public_key_times_out_with_a_hint_at_the_key()
    {
        var time = new FakeTimeProvider();
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options =>
        {
            options.ServerPublicKey = TestKeys.Other.PublicKey;
            options.TimeProvider = time;
            options.MaxAttempts = 2;
        });

        var connecting = client.ConnectAsync().AsTask();
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().Dropped[DropReason.UnknownKey] > 0);
        await listener.Loop.TurnAsync();
        await AdvanceUntil(time, client, connecting);

        var exception = await Net.FailsWith(UdpackError.ConnectTimeout, connecting);
        Assert.Contains("ServerPublicKey", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Where_nobody_listens_the_network_says_so_at_once(string address)
    {
        if (!LinuxDatagramSocket.IsSupported)
        {
            return;
        }

        using var nobody = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        var closed = nobody.LocalEndPoint!;
        nobody.Close();
        var told = new TaskCompletionSource<string>();

        // Time stands still: nothing is sent twice.
        await using var client = new UdpackClient(Net.ClientOptions(closed, options =>
        {
            options.TimeProvider = new FakeTimeProvider();
            options.Trouble = (_, explanation) => told.TrySetResult(explanation);
        }));
        using var stop = new CancellationTokenSource();
        var connecting = client.ConnectAsync(stop.Token).AsTask();
        Assert.StartsWith("The network says that nobody listens there", await told.Task.Soon(), StringComparison.Ordinal);
        Assert.False(connecting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task Silence_times_out_and_says_where_how_often_and_how_long()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var time = new FakeTimeProvider();
        await using var client = new UdpackClient(Net.ClientOptions(silent.LocalEndPoint!, options =>
        {
            options.TimeProvider = time;
            options.MaxAttempts = 3;
        }));

        var connecting = client.ConnectAsync().AsTask();
        await AdvanceUntil(time, client, connecting);

        var exception = await Net.FailsWith(UdpackError.ConnectTimeout, connecting);
        Assert.Matches(@"udp://127\.0\.0\.1:\d+ after 3 attempts in [2-4]\.\d s\. Nothing answered", exception.Message);
    }

    [Fact]
    public async Task A_host_name_nobody_knows_is_named()
    {
        await using var client = new UdpackClient(Net.ClientOptions(new DnsEndPoint("no-such-host.invalid", 1)));

        var exception = await Net.FailsWith(UdpackError.NameNotResolved, client.ConnectAsync().AsTask());

        Assert.Contains("no-such-host.invalid", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public async Task A_token_that_does_not_fit_is_refused_with_its_size_and_the_limit(int size)
    {
        await using var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Loopback, 1), options => options.Token = new byte[size]));

        var exception = await Net.FailsWith(UdpackError.TokenTooLarge, client.ConnectAsync().AsTask());

        Assert.Matches($@"{size} bytes.*1 to \d+", exception.Message);
    }

    [Fact]
    public async Task A_local_address_that_cannot_be_bound_is_named()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options => options.LocalEndPoint = listener.LocalEndPoint);

        var exception = await Net.FailsWith(UdpackError.BindFailed, client.ConnectAsync().AsTask());

        Assert.Contains(listener.LocalEndPoint.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_token_stops_before_anything_is_sent()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ConnectAsync(new CancellationToken(true)).Soon());

        await using var session = await client.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();
        await listener.Loop.TurnAsync();
        Assert.Equal(1, listener.ActiveSessions);
    }

    [Fact]
    public async Task Cancelling_while_connecting_leaves_nothing_and_the_client_usable()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource<TokenVerdict>();
        var first = true;
        await using var listener = Net.Listen(options => options.TokenValidator = new TestValidator((_, _) =>
        {
            if (!first)
            {
                return ValueTask.FromResult(TokenVerdict.Success());
            }

            first = false;
            entered.SetResult();
            return new ValueTask<TokenVerdict>(release.Task);
        }));
        await using var client = Net.Client(listener);
        using var cancel = new CancellationTokenSource();
        var connecting = client.ConnectAsync(cancel.Token).AsTask();
        await entered.Task.Soon();

        await cancel.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Soon());
        Assert.Equal(cancel.Token, exception.CancellationToken);
        await client.Loop!.TurnAsync();
        release.SetResult(TokenVerdict.Success());

        await using var session = await client.ConnectAsync().Soon();
        var accepted = await listener.AcceptSessionAsync().Soon();
        Assert.Equal(session.Id, accepted.Id);
        Assert.Equal(1, listener.ActiveSessions);
    }

    [Fact]
    public async Task Cancelling_after_connecting_changes_nothing()
    {
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(listener);
        using var cancel = new CancellationTokenSource();
        await using var session = await client.ConnectAsync(cancel.Token).Soon();

        await cancel.CancelAsync();

        await Net.AssertEchoesAsync(session);
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Fact]
    public async Task Disposing_the_client_ends_attempts_in_progress_and_later_ones_at_once()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var client = new UdpackClient(Net.ClientOptions(silent.LocalEndPoint!));
        var connecting = client.ConnectAsync().AsTask();

        await client.DisposeAsync().Soon();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting.Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync().Soon());
        await client.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Connecting_races_with_disposing_and_never_hangs()
    {
        await using var listener = Net.Listen();
        for (var i = 0; i < 30; i++)
        {
            var client = Net.Client(listener);
            var connecting = Enumerable.Range(0, 4).Select(_ => Task.Run(() => client.ConnectAsync().AsTask())).ToArray();
            var disposing = Task.Run(() => client.DisposeAsync().AsTask());
            foreach (var attempt in connecting)
            {
                var exception = await Record.ExceptionAsync(() => attempt.Soon());
                Assert.True(exception is null or ObjectDisposedException, exception?.ToString());
            }

            await disposing.Soon();
        }
    }

    private static async Task AdvanceUntil(FakeTimeProvider time, UdpackClient client, Task task)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(100));
            if (client.Loop is { } loop)
            {
                await loop.TurnAsync();
            }
        }
    }
}
