namespace UDPack.Measuring;

/// <summary>What a piece of code takes from the managed heap.</summary>
internal static class Allocated
{
    private const int Rounds = 5;

    /// <summary>
    /// The bytes that the calling thread allocates in the action, the least of several rounds: now and then the runtime
    /// itself allocates on the thread that happens to be there, such as when its table of casts grows.
    /// </summary>
    public static long By(Action action)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
