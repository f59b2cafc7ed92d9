using System.Diagnostics;

namespace UDPack.Testing.Tests.Links;

public sealed class LinkCostTests
{
    [Fact]
    public void A_datagram_costs_a_link_far_less_than_two_microseconds_and_no_memory()
    {
        const int Count = 200_000;
        var link = new SimulatedLink(LinkConditions.Wifi with { Duplicate = 0.01, Corrupt = 0.01 }, 1);
        Send(link, 0, Count);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var best = double.MaxValue;
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var began = Stopwatch.GetTimestamp();
            Send(link, attempt * Count, Count);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / Count);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.InRange(best, 0, 1);
    }

    private static void Send(SimulatedLink link, long from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            link.Send((from + i) * 200, 1200);
        }
    }
}
