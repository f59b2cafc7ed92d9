using UDPack.Loop;

namespace UDPack.Testing.Driving;

/// <summary>An event loop that the network turns. The agenda guards what can be set.</summary>
internal sealed class DrivenLoop(EventLoop loop, int number)
{
    public EventLoop Loop => loop;

    /// <summary>In the order of their start: where several could turn, the first does.</summary>
    public int Number => number;

    public bool IsReady { get; set; }

    /// <summary>When to turn it though nothing woke it; <see cref="long.MaxValue"/> for never.</summary>
    public long Deadline { get; set; } = long.MaxValue;
}
