namespace UDPack.Protocol.Timers;

/// <summary>Something with one deadline: an intrusive node of a <see cref="TimerWheel"/>, so that arming it allocates nothing.</summary>
internal abstract class TimerNode
{
    internal TimerNode? PreviousTimer;
    internal TimerNode? NextTimer;
    internal long TimerTick;
    internal short TimerSlot = -1;

    public bool IsScheduled => TimerSlot >= 0;

    /// <summary>The deadline came. The node is no longer scheduled.</summary>
    public abstract void OnTimer(long now);
}
