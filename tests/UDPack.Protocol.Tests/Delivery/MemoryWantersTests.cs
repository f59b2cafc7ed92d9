using System.Runtime.CompilerServices;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>Who wants memory that there is not: a session need not give way to itself, but to each other one.</summary>
public class MemoryWantersTests
{
    [Fact]
    public void Only_a_sole_wanter_is_left_alone()
    {
        var budget = new MemoryBudget { Limit = 0 };
        var (one, other) = (new SessionMemory(budget, 0), new SessionMemory(budget, 0));
        budget.Want(one);
        budget.Want(one);
        Assert.True(budget.IsOnlyWanter(one));
        budget.Want(other);
        Assert.False(budget.IsOnlyWanter(other));
        Assert.False(budget.IsOnlyWanter(one));
        budget.Limit = 100;
        budget.Wake();
        budget.Want(one);
        one.OnEnded();
        budget.Want(other);
        Assert.True(budget.IsOnlyWanter(other));
    }

    /// <summary>While memory stays used up, whichever of two ended and whichever asked last.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_left_when_the_other_wanter_ends_is_a_sole_one(bool lastEnds)
    {
        var budget = new MemoryBudget { Limit = 0 };
        var (first, last) = (new SessionMemory(budget, 0), new SessionMemory(budget, 0));
        budget.Want(first);
        budget.Want(last);
        Assert.False(budget.IsOnlyWanter(first) || budget.IsOnlyWanter(last));

        var (ended, left) = lastEnds ? (last, first) : (first, last);
        ended.OnEnded();
        budget.Want(left);
        Assert.True(budget.IsOnlyWanter(left));
        Assert.False(budget.IsOnlyWanter(ended));
        budget.Want(left);
        Assert.True(budget.IsOnlyWanter(left));
        budget.Want(new SessionMemory(budget, 0));
        Assert.False(budget.IsOnlyWanter(left));
    }

    [Fact]
    public void Who_ended_is_not_kept()
    {
        var budget = new MemoryBudget { Limit = 0 };
        var ended = EndedWanter(budget);
        GC.Collect();

        Assert.False(ended.IsAlive);
        Assert.True(budget.IsWanted);
    }

    /// <summary>Who waits to send is asked by the turns that are taken while someone wants memory; those must go on though the last to ask is gone.</summary>
    [Fact]
    public void Who_waits_is_asked_when_there_is_memory_although_those_that_asked_last_ended()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 1 << 20 });
        var (_, server) = pair.Establish();
        var (_, other) = pair.Establish();
        var budget = pair.Server.Memory;
        budget.AddSending(2 << 20);
        var waiter = new RepeatingWaiter(budget);
        budget.Wait(new SessionMemory(budget, 0), waiter);
        budget.Want(server.Session.Memory);
        budget.Want(other.Session.Memory);

        // Both within one turn.
        server.Session.Abort(pair.Now, null);
        other.Session.Abort(pair.Now, null);
        budget.AddSending(-2 << 20);
        pair.Run(Pair.Second);

        Assert.True(waiter.GotMemory);
        Assert.False(budget.IsWanted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference EndedWanter(MemoryBudget budget)
    {
        var memory = new SessionMemory(budget, 0);
        budget.Want(memory);
        memory.OnEnded();

        // As a thread of the application does that has not heard of the end.
        budget.Want(memory);
        Assert.False(budget.IsOnlyWanter(memory));
        return new WeakReference(memory);
    }

    private sealed class RepeatingWaiter(MemoryBudget budget) : IMemoryWaiter
    {
        public bool GotMemory { get; private set; }

        public void OnMemory()
        {
            GotMemory = !budget.IsUsedUp;
            if (!GotMemory)
            {
                budget.Wait(new SessionMemory(budget, 0), this);
            }
        }
    }
}
