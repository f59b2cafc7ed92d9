namespace UDPack.Loop;

/// <summary>Something to do on an event loop's thread: an intrusive node of the loop's queue, in it at most once at a time.</summary>
internal abstract class LoopWork
{
    internal LoopWork? NextWork;

    /// <summary>Called on the loop's thread; the node may be posted again from here on.</summary>
    public abstract void Run(long now);
}
