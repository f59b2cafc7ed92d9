using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using UDPack.Clients;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.Clients;

public class AddressRaceTests
{
    private static readonly DnsEndPoint Server = new("server.example", 9000);

    [Theory]
    [InlineData(UdpackError.ConnectTimeout, 3)]
    [InlineData(UdpackError.HandshakeFailed, 3)]
    [InlineData(UdpackError.ServerFull, 3)]
    [InlineData(UdpackError.BindFailed, 3)]
    [InlineData(UdpackError.AuthenticationFailed, 1)]
    [InlineData(UdpackError.TokenTooLarge, 1)]
    [InlineData(UdpackError.TooManySessions, 1)]
    public async Task Only_failures_of_one_address_lead_to_the_next_and_then_at_once(UdpackError error, int tried)
    {
        var addresses = new List<IPEndPoint>();

        // Time stands still.
        var race = new AddressRace(Server, Places(3), new FakeTimeProvider(), (address, _, _) =>
        {
            addresses.Add(address);
            return Task.FromException<UdpackSession>(new UdpackException(error, "no"));
        });
        Assert.Equal(error, (await Assert.ThrowsAsync<UdpackException>(() => race.RunAsync(CancellationToken.None))).Error);
        Assert.Equal(Places(3).Take(tried), addresses);
    }

    [Fact]
    public async Task Each_address_has_a_quarter_of_a_second_for_itself_and_less_once_it_does_not_go_well()
    {
        var time = new FakeTimeProvider();
        var began = new List<TaskCompletionSource> { new(), new(), new() };
        var troubles = new List<Action<ConnectHint>>();
        using var stop = new CancellationTokenSource();
        var race = new AddressRace(Server, Places(3), time, (_, onTrouble, cancellationToken) =>
        {
            troubles.Add(onTrouble);
            began[troubles.Count - 1].SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<UdpackSession>(_ => throw new OperationCanceledException(cancellationToken), TaskScheduler.Default);
        });
        var running = race.RunAsync(stop.Token);
        await began[0].Task.Soon();
        time.Advance(TimeSpan.FromMilliseconds(249));
        await Task.Yield();
        Assert.Single(troubles);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await began[1].Task.Soon();
        troubles[1](ConnectHint.Unreachable);
        await began[2].Task.Soon();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_refusal_the_others_have_one_second_altogether(bool isTroubled)
    {
        var time = new CountedTimers();
        var began = new List<TaskCompletionSource> { new(), new(), new() };
        var attempts = new List<(TaskCompletionSource<UdpackSession> Result, Action<ConnectHint> OnTrouble)>();
        var race = new AddressRace(Server, Places(3), time, (_, onTrouble, _) =>
        {
            var result = new TaskCompletionSource<UdpackSession>(TaskCreationOptions.RunContinuationsAsynchronously);
            attempts.Add((result, onTrouble));
            began[attempts.Count - 1].SetResult();
            return result.Task;
        });
        var running = race.RunAsync(CancellationToken.None);
        for (var begun = 1; begun < 3; begun++)
        {
            await time.MadeAsync(begun);
            time.Advance(TimeSpan.FromMilliseconds(250));
            await began[begun].Task.Soon();
        }

        if (isTroubled)
        {
            attempts[2].OnTrouble(ConnectHint.Unreachable);
        }

        attempts[0].Result.SetException(new UdpackException(UdpackError.AuthenticationFailed, "refused"));
        await time.MadeAsync(3);
        time.Advance(TimeSpan.FromMilliseconds(900));
        attempts[1].Result.SetException(new UdpackException(UdpackError.ServerFull, "full"));
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("refused", (await Assert.ThrowsAsync<UdpackException>(() => running.Soon())).Message);
        Assert.Equal(3, time.Made);
    }

    [Fact]
    public async Task Who_gives_up_after_a_refusal_is_told_of_that_alone()
    {
        var time = new CountedTimers();
        var attempts = new Queue<Task<UdpackSession>>(
            [new TaskCompletionSource<UdpackSession>().Task, Task.FromException<UdpackSession>(new UdpackException(UdpackError.AuthenticationFailed, "refused"))]);
        using var stop = new CancellationTokenSource();
        var running = new AddressRace(Server, Places(2), time, (_, _, _) => attempts.Dequeue()).RunAsync(stop.Token);
        await time.MadeAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(250));
        await time.MadeAsync(2);
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon())).CancellationToken);
    }

    [Fact]
    public async Task The_last_address_is_the_end_and_a_refusal_says_more_than_silence()
    {
        var failures = new Queue<UdpackException>(
            [new(UdpackError.ConnectTimeout, "silence."), new(UdpackError.HandshakeFailed, "refused."), new(UdpackError.BindFailed, "no family.")]);
        var race = new AddressRace(Server, Places(3), TimeProvider.System, (_, _, _) => Task.FromException<UdpackSession>(failures.Dequeue()));
        var error = await Assert.ThrowsAsync<UdpackException>(() => race.RunAsync(CancellationToken.None));
        Assert.Equal(UdpackError.HandshakeFailed, error.Error);
        Assert.Equal(
            "No connection to server.example:9000; all of its 3 addresses failed. [1] udp://192.0.2.1:9000: silence. [2] udp://192.0.2.2:9000: refused. [3] udp://192.0.2.3:9000: no family.",
            error.Message);
    }

    [Theory]
    [InlineData("6a 6b 4a 4b", "6a 4a 6b 4b")]
    [InlineData("4a 4b 6a", "4a 6a 4b")]
    [InlineData("6a 6b 6c 4a", "6a 4a 6b 6c")]
    [InlineData("4a 4a 6a 6a", "4a 6a")]
    [InlineData("4a", "4a")]
    public void Families_take_turns_beginning_with_the_first_address(string given, string expected) =>
        Assert.Equal(expected.Split(' ').Select(Address), ServerName.Interleave([.. given.Split(' ').Select(Address)]));

    [Fact]
    public void A_name_service_cannot_make_a_connect_endless() =>
        Assert.Equal(16, ServerName.Interleave([.. Places(100).Select(place => place.Address)]).Length);

    private static IPAddress Address(string name) => IPAddress.Parse(name[0] == '6' ? $"2001:db8::{name[1]}" : $"192.0.2.{name[1] - 'a'}");

    /// <summary>A clock that moves when told to, and tells how many timers were made.</summary>
    private sealed class CountedTimers : FakeTimeProvider
    {
        private readonly Channel<bool> _made = Channel.CreateUnbounded<bool>();
        private int _seen;

        public int Made { get; private set; }

        public async Task MadeAsync(int count)
        {
            for (; _seen < count; _seen++)
            {
                await _made.Reader.ReadAsync().Soon();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Made++;
            _made.Writer.TryWrite(true);
            return timer;
        }
    }

    private static IPEndPoint[] Places(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new IPEndPoint(IPAddress.Parse($"192.0.2.{i}"), 9000))];
}
