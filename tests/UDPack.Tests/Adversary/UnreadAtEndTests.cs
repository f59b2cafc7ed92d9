using System.Runtime.CompilerServices;
using UDPack.Protocol.Delivery;
using UDPack.Tests.Network;

namespace UDPack.Tests.Adversary;

/// <summary>What a session leaves unread when it ends is counted as long as it is held, and no longer, however the application gets rid of it.</summary>
public class UnreadAtEndTests
{
    private const int Packet = 20_000;
    private const int Packets = 5;

    [Fact]
    public async Task It_is_given_back_as_it_is_read()
    {
        await using var listener = Net.Listen();
        var (session, memory) = await EndUnreadAsync(listener);

        Assert.InRange(memory.Held, Packets * Packet, 4 * Packets * Packet);
        for (var i = 0; i < Packets; i++)
        {
            using var packet = await session.ReceiveAsync().Soon();
            Assert.Equal(Packet, packet.Length);
        }

        await UntilNothingIsHeldAsync(memory);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task It_is_given_back_when_the_session_is_disposed()
    {
        await using var listener = Net.Listen();
        var (session, memory) = await EndUnreadAsync(listener);

        Assert.True(memory.Held > 0);
        await session.DisposeAsync();
        await UntilNothingIsHeldAsync(memory);
    }

    [Fact]
    public async Task Of_streams_too()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener);
        var sending = await client.ConnectAsync().Soon();
        var session = await listener.AcceptSessionAsync().Soon();
        var memory = session.Memory.Budget;
        var read = await OpenedAsync(sending, session);
        var left = await OpenedAsync(sending, session);
        var before = memory.Held;
        sending.Abort();
        await UntilEndedAsync(session);

        Assert.True(before > 0);
        Assert.Equal(before, memory.Held);
        for (var i = 0; i < Packets; i++)
        {
            using var packet = await read.ReceiveAsync().Soon();
        }

        await left.DisposeAsync();
        await session.DisposeAsync();
        await UntilNothingIsHeldAsync(memory);
    }

    [Fact]
    public async Task It_is_given_back_when_nobody_can_read_it_any_more()
    {
        await using var listener = Net.Listen();
        var memory = await ForgetAsync(listener);

        using var patience = new CancellationTokenSource(Patience.Limit);
        while (memory.Held > 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10, patience.Token);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<MemoryBudget> ForgetAsync(UdpackListener listener)
    {
        var (_, memory) = await EndUnreadAsync(listener);
        Assert.True(memory.Held > 0);
        return memory;
    }

    private static async Task<UdpackStream> OpenedAsync(UdpackSession sending, UdpackSession session)
    {
        var stream = await sending.OpenStreamAsync().Soon();
        for (var i = 0; i < Packets; i++)
        {
            await stream.SendAndConfirmAsync(new byte[Packet]).Soon();
        }

        return await session.AcceptStreamAsync().Soon();
    }

    private static async Task<(UdpackSession Session, MemoryBudget Memory)> EndUnreadAsync(UdpackListener listener)
    {
        await using var client = Net.Client(listener);
        var sending = await client.ConnectAsync().Soon();
        var session = await listener.AcceptSessionAsync().Soon();
        for (var i = 0; i < Packets; i++)
        {
            await sending.SendAndConfirmAsync(new byte[Packet]).Soon();
        }

        sending.Abort();
        await UntilEndedAsync(session);
        return (session, session.Memory.Budget);
    }

    private static async Task UntilEndedAsync(UdpackSession session)
    {
        var ended = new TaskCompletionSource();
        await using var registration = session.Closed.Register(ended.SetResult);
        await ended.Task.Soon();
    }

    private static async Task UntilNothingIsHeldAsync(MemoryBudget memory)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (memory.Held > 0)
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
