using Microsoft.Extensions.Time.Testing;

namespace UDPack.Tests.Network;

/// <summary>A pair over real sockets on one clock that only the test moves.</summary>
internal sealed class VirtualPair : IAsyncDisposable
{
    private VirtualPair(FakeTimeProvider time, UdpackListener listener, UdpackClient client)
    {
        Time = time;
        Listener = listener;
        Client = client;
    }

    public FakeTimeProvider Time { get; }

    public UdpackListener Listener { get; }

    public UdpackClient Client { get; }

    public UdpackSession OnClient { get; private set; } = null!;

    public UdpackSession OnServer { get; private set; } = null!;

    public static async Task<VirtualPair> ConnectAsync(Action<UdpackListenerOptions>? listening = null, Action<UdpackClientOptions>? connecting = null)
    {
        var time = new FakeTimeProvider();
        var listener = Net.Listen(options =>
        {
            options.TimeProvider = time;
            listening?.Invoke(options);
        });
        var client = Net.Client(listener, options =>
        {
            options.TimeProvider = time;
            connecting?.Invoke(options);
        });
        var pair = new VirtualPair(time, listener, client);
        pair.OnClient = await client.ConnectAsync().Soon();
        pair.OnServer = await listener.AcceptSessionAsync().Soon();

        // Or the clock moves before the confirmation is acknowledged, and the round trip looks as long as that step.
        await pair.SettleAsync();
        return pair;
    }

    /// <summary>Moves the clock, and lets both sides do what became due and hear what the other said.</summary>
    public async Task AdvanceAsync(TimeSpan step)
    {
        Time.Advance(step);
        await SettleAsync();
    }

    public async Task AdvanceAsync(TimeSpan total, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < total; passed += step)
        {
            await AdvanceAsync(step);
        }
    }

    /// <summary>Moves the clock step by step until the task ends.</summary>
    public async Task AdvanceUntilAsync(Task task, TimeSpan step)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            await AdvanceAsync(step);
        }
    }

    public async Task SettleAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            await OnClient.Loop.TurnAsync();
            await Listener.Loop.TurnAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await AdvanceUntilAsync(Client.DisposeAsync().AsTask(), TimeSpan.FromSeconds(1));
    }
}
