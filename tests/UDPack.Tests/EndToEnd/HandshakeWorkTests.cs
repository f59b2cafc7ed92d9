using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>Validators and key stores in every mood.</summary>
public class HandshakeWorkTests
{
    private static readonly TokenVerdict Yes = TokenVerdict.Success();

    public static TheoryData<string> Failing => ["null", "null later", "throws", "throws later", "cancels itself"];

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task A_validator_that_fails_fails_its_handshake_and_no_other(string mood)
    {
        var collector = new FakeLogCollector();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(collector)));
        var validator = new TestValidator(async (context, _) =>
        {
            await Task.Yield();
            return context.GetTokenString() == "good" ? Yes
                : mood == "null later" ? null!
                : mood == "cancels itself" ? throw new OperationCanceledException()
                : throw new InvalidOperationException("broken");
        });
        var sync = new TestValidator((context, _) =>
            context.GetTokenString() == "good" ? ValueTask.FromResult(Yes)
            : mood == "null" ? ValueTask.FromResult<TokenVerdict>(null!)
            : throw new InvalidOperationException("broken"));
        await using var listener = Net.Listen(options =>
        {
            options.TokenValidator = mood is "null" or "throws" ? sync : validator;
            options.LoggerFactory = logging;
        });
        await using var bad = Net.Client(listener, options => options.Token = "bad"u8.ToArray());
        await using var good = Net.Client(listener);

        var exception = await Net.FailsWith(UdpackError.HandshakeFailed, bad.ConnectAsync().AsTask());

        Assert.Contains("code -1", exception.Message, StringComparison.Ordinal);
        await using var session = await good.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();
        Assert.Equal(2, sync.Calls + validator.Calls);
        Assert.Single(collector.GetSnapshot(), record => record.Level == LogLevel.Error);
        Assert.Equal(0, listener.PendingHandshakes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_validator_that_never_answers_is_given_up_at_the_handshake_timeout(bool heedsCancellation)
    {
        var time = new FakeTimeProvider();
        var entered = new TaskCompletionSource();
        var late = new TaskCompletionSource<TokenVerdict>();
        var validator = new TestValidator((context, token) =>
        {
            if (context.GetTokenString() == "good")
            {
                return ValueTask.FromResult(Yes);
            }

            entered.SetResult();
            return new ValueTask<TokenVerdict>(heedsCancellation ? late.Task.WaitAsync(token) : late.Task);
        });
        await using var listener = Net.Listen(options =>
        {
            options.TokenValidator = validator;
            options.TimeProvider = time;
            options.HandshakeTimeout = TimeSpan.FromSeconds(10);
            options.HandshakeWorkers = 1;
        });
        await using var slow = Net.Client(listener, options => options.Token = "slow"u8.ToArray());
        await using var good = Net.Client(listener);
        var connecting = slow.ConnectAsync().AsTask();
        await entered.Task.Soon();

        // It holds no worker meanwhile.
        await using var session = await good.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();
        Assert.Equal(1, listener.PendingHandshakes);
        time.Advance(TimeSpan.FromSeconds(10));

        await Net.FailsWith(UdpackError.HandshakeFailed, connecting);
        Assert.Equal(0, listener.PendingHandshakes);
        late.SetResult(Yes);
        await listener.Loop.TurnAsync();
        Assert.Equal(1, listener.ActiveSessions);
        Assert.Equal(2, validator.Calls);
    }

    [Fact]
    public async Task At_most_so_many_validators_run_at_once_and_what_finds_no_place_is_shed_until_the_retry()
    {
        using var gate = new ManualResetEventSlim();
        var running = 0;
        var most = 0;
        await using var listener = Net.Listen(options =>
        {
            options.HandshakeWorkers = 2;
            options.HandshakeQueueLength = 3;
            options.TokenValidator = new TestValidator((_, token) =>
            {
                var now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                gate.Wait(Patience.Limit, token);
                Interlocked.Decrement(ref running);
                return ValueTask.FromResult(Yes);
            });
        });
        await using var client = Net.Client(listener, options => options.RetryInterval = TimeSpan.FromMilliseconds(100));
        var connecting = Enumerable.Range(0, 20).Select(_ => client.ConnectAsync().AsTask()).ToArray();
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().Dropped[DropReason.HandshakesFull] > 0 && Volatile.Read(ref running) == 2);
        Assert.InRange(listener.PendingHandshakes, 1, 6);

        gate.Set();

        await Task.WhenAll(connecting).Soon();
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_key_store_that_throws_costs_the_attempt_and_the_retry_succeeds()
    {
        var store = new FlakyKeyStore();
        await using var listener = Net.Listen(options => options.Keys = store);
        await using var client = Net.Client(listener, options => options.RetryInterval = TimeSpan.FromMilliseconds(50));

        await using var session = await client.ConnectAsync().Soon();

        Assert.Equal(3, store.Reads);
    }

    [Fact]
    public async Task Stopping_while_validators_are_busy_leaves_nothing_behind()
    {
        var entered = new TaskCompletionSource<CancellationToken>();
        var never = new TaskCompletionSource<TokenVerdict>();
        var validator = new TestValidator((_, token) =>
        {
            entered.SetResult(token);
            return new ValueTask<TokenVerdict>(never.Task.WaitAsync(token));
        });
        var collector = new FakeLogCollector();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(collector)));
        var listener = Net.Listen(options =>
        {
            options.TokenValidator = validator;
            options.LoggerFactory = logging;
        });
        var client = Net.Client(listener);
        var connecting = client.ConnectAsync().AsTask();
        var token = await entered.Task.Soon();

        await listener.DisposeAsync().Soon();

        await token.Fired();
        await client.DisposeAsync().Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting.Soon());
        Assert.DoesNotContain(collector.GetSnapshot(), record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Repeated_shakehands_reach_the_validator_once()
    {
        var release = new TaskCompletionSource<TokenVerdict>();
        var validator = new TestValidator((_, _) => new ValueTask<TokenVerdict>(release.Task));
        await using var listener = Net.Listen(options => options.TokenValidator = validator);
        await using var relay = new Relay(listener.LocalEndPoint, (_, _, _) => Fate.Twice);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint, options => options.RetryInterval = TimeSpan.FromMilliseconds(20)));

        var connecting = client.ConnectAsync().AsTask();
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().Dropped[DropReason.RepeatedShakehand] >= 4);
        release.SetResult(Yes);

        await using var session = await connecting.Soon();
        await session.SendAndConfirmAsync(new byte[1]).Soon();
        Assert.Equal(1, validator.Calls);
        Assert.Equal(1, listener.ActiveSessions);
    }

    [Fact]
    public async Task An_observer_sees_each_step_and_may_throw()
    {
        var steps = new Recorder();
        await using var listener = Net.Listen(options => options.HandshakeProgress = steps);
        await using var client = Net.Client(listener, options => options.HandshakeProgress = steps);

        await using var session = await client.ConnectAsync().Soon();
        await session.SendAndConfirmAsync(new byte[1]).Soon();

        Assert.Equal(
            [HandshakeStepKind.Shakehand, HandshakeStepKind.Shakehand, HandshakeStepKind.Reply, HandshakeStepKind.Reply, HandshakeStepKind.Confirmation],
            steps.Kinds.Take(5));
        await using var again = await client.ConnectAsync().Soon();
    }

    private sealed class Recorder : IProgress<HandshakeStep>
    {
        private readonly List<HandshakeStepKind> _kinds = [];

        public IReadOnlyList<HandshakeStepKind> Kinds
        {
            get
            {
                lock (_kinds)
                {
                    return [.. _kinds.Order()];
                }
            }
        }

        public void Report(HandshakeStep value)
        {
            lock (_kinds)
            {
                _kinds.Add(value.Kind);
            }

            throw new InvalidOperationException("the observer's mistake");
        }
    }

    private sealed class FlakyKeyStore : IKeyStore
    {
        private readonly ServerKeyRing _ring = new(TestKeys.P256);

        public int Reads { get; private set; }

        public ServerKeyRing Current => ++Reads < 3 ? throw new IOException("the vault is away") : _ring;

        public IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);
    }
}
