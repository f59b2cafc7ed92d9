using UDPack.Sockets;

namespace UDPack.Loop;

/// <summary>
/// An event loop's time in microseconds, and how it waits. With the system's clock the socket's own timeout does; with
/// any other clock a timer of that clock wakes the loop, so that tests move time and sockets stay real.
/// </summary>
internal sealed class LoopClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly IDatagramSocket _socket;
    private readonly ITimer? _timer;
    private readonly long _start;

    public LoopClock(TimeProvider time, IDatagramSocket socket)
    {
        _time = time;
        _socket = socket;
        _start = time.GetTimestamp();
        UnixEpochOffsetMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (time != TimeProvider.System)
        {
            _timer = time.CreateTimer(static socket => ((IDatagramSocket)socket!).Wake(), socket, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What to add to <see cref="Now"/>, in milliseconds, to get Unix time.</summary>
    public long UnixEpochOffsetMs { get; }

    public long Now => (long)_time.GetElapsedTime(_start).TotalMicroseconds;

    /// <summary>Waits for the socket, at most until <paramref name="deadline"/>.</summary>
    public void Wait(long deadline)
    {
        var isEndless = deadline == long.MaxValue;
        var timeout = isEndless ? -1 : deadline - Now;
        if (!isEndless && timeout <= 0)
        {
            return;
        }

        if (_timer is null)
        {
            _socket.Wait(timeout);
            return;
        }

        _timer.Change(isEndless ? Timeout.InfiniteTimeSpan : TimeSpan.FromMicroseconds(timeout), Timeout.InfiniteTimeSpan);
        _socket.Wait(-1);
    }

    public void Dispose() => _timer?.Dispose();
}
