namespace UDPack.Testing.Driving;

/// <summary>What one thread of the pool does at this moment, for the networks to see.</summary>
internal sealed class Seat
{
    private static readonly Lock Gate = new();
    private static volatile Seat[] _all = [];

    [ThreadStatic]
    private static Seat? _mine;

    private volatile Presence? _working;
    private volatile Presence? _doing;

    private Seat()
    {
    }

    /// <summary>The seats of the threads that ever worked for a network and still live.</summary>
    public static Seat[] All => _all;

    /// <summary>The calling thread's.</summary>
    public static Seat Mine => _mine ??= Take();

    public Thread Thread { get; } = Thread.CurrentThread;

    /// <summary>Whose mark the thread carries.</summary>
    public Presence? Working { get => _working; set => _working = value; }

    /// <summary>Whose queued work the thread does, under whatever mark.</summary>
    public Presence? Doing { get => _doing; set => _doing = value; }

    private static Seat Take()
    {
        var seat = new Seat();
        lock (Gate)
        {
            _all = [.. _all.Where(static other => other.Thread.IsAlive), seat];
        }

        return seat;
    }
}
