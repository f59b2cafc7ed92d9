namespace UDPack.Loop;

/// <summary>Work in the form of a delegate, for what is rare.</summary>
internal sealed class LoopAction(Action<long> action) : LoopWork
{
    public override void Run(long now) => action(now);
}
