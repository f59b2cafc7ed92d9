using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace UDPack.Hosting.Tests.Diagnostics;

public sealed class TracingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly SemaphoreSlim _ends = new(0);
    private ActivityListener? _listener;

    public void Dispose()
    {
        _listener?.Dispose();
        _ends.Dispose();
    }

    [Fact]
    public async Task A_handshake_is_a_span_that_the_validators_own_belong_to()
    {
        Activity? current = null;
        await using var server = await LiveServer.StartAsync(builder => builder.Services.AddUdpackServer().AddTokenValidator((_, _) =>
        {
            current = Activity.Current;
            return ValueTask.FromResult(TokenVerdict.Success());
        }));
        Listen(server);
        await using var session = await server.ConnectAsync();

        var span = await EndedAsync("udpack.server.handshake");
        Assert.Same(span, current);
        Assert.Equal(ActivityKind.Server, span.Kind);
        Assert.Null(span.Parent);
        Assert.Equal(Tags(("endpoint", server.Name), ("result", "completed")), span.TagObjects.Order(ByKey));
        Assert.InRange(span.Duration, TimeSpan.Zero, Patience);
    }

    [Fact]
    public async Task A_refused_handshake_says_why_and_not_who()
    {
        await using var server = await LiveServer.StartAsync();
        Listen(server);
        await Assert.ThrowsAsync<UdpackException>(() => server.ConnectAsync("bad"));

        var span = await EndedAsync("udpack.server.handshake");
        Assert.Equal(Tags(("endpoint", server.Name), ("reason", "token_refused"), ("result", "refused")), span.TagObjects.Order(ByKey));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
    }

    [Fact]
    public async Task A_handshake_for_another_key_is_dropped()
    {
        await using var server = await LiveServer.StartAsync();
        Listen(server);
        using var stranger = ServerKey.GenerateP256();
        await Assert.ThrowsAsync<UdpackException>(() => server.ConnectAsync(key: stranger.PublicKey, attempts: 1));

        var span = await EndedAsync("udpack.server.handshake");
        Assert.Equal(Tags(("endpoint", server.Name), ("reason", "unknown_key"), ("result", "dropped")), span.TagObjects.Order(ByKey));
    }

    [Theory]
    [InlineData("hello", "closed_by_peer", ActivityStatusCode.Unset)]
    [InlineData("boom", "handler_failed", ActivityStatusCode.Error)]
    public async Task A_session_is_a_span_that_ends_with_its_handler(string packet, string cause, ActivityStatusCode status)
    {
        await using var server = await LiveServer.StartAsync();
        Listen(server);
        await using (var session = await server.ConnectAsync())
        {
            await session.SendAsync(System.Text.Encoding.UTF8.GetBytes(packet));
        }

        var span = await EndedAsync("udpack.server.session");
        Assert.Equal(Tags(("cause", cause), ("endpoint", server.Name)), span.TagObjects.Order(ByKey));
        Assert.Equal(status, span.Status);
    }

    [Fact]
    public async Task Listeners_that_throw_cost_neither_sessions_nor_the_process()
    {
        await using var server = await LiveServer.StartAsync();
        Listen(server, thrown: new InvalidOperationException("an exporter's fault"));

        await Assert.ThrowsAsync<UdpackException>(() => server.ConnectAsync("bad"));
        await using (var session = await server.ConnectAsync())
        {
            await LiveServer.EchoAsync(session);
        }

        await EndedAsync("udpack.server.handshake");
        await EndedAsync("udpack.server.session");
    }

    private static Comparer<KeyValuePair<string, object?>> ByKey { get; } =
        Comparer<KeyValuePair<string, object?>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key));

    private static KeyValuePair<string, object?>[] Tags(params (string Key, object? Value)[] tags) =>
        [.. tags.Select(tag => new KeyValuePair<string, object?>(tag.Key, tag.Value))];

    // Sources are the process's: other tests' servers are told apart by their endpoints' names.
    private void Listen(LiveServer server, Exception? thrown = null)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "UDPack.Server",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("endpoint"), server.Name))
                {
                    _ended.Enqueue(activity);
                    _ends.Release();
                    if (thrown is not null)
                    {
                        throw thrown;
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private async Task<Activity> EndedAsync(string name)
    {
        while (_ended.All(activity => activity.OperationName != name))
        {
            Assert.True(await _ends.WaitAsync(Patience), $"No {name} ended.");
        }

        return _ended.First(activity => activity.OperationName == name);
    }
}
