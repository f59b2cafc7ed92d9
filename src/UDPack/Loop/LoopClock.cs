using UDPack.Sockets;

namespace UDPack.Loop;

/// <summary>
/// An event loop's time in microseconds, and how it waits. With the system's clock the socket's own timeout does; with
/// any other clock a timer of that clock wakes the loop, so that tests move time and sockets stay real.
/// </summary>
internal sealed class LoopClock : IDisposable
{
    private const int ClockLeap = 1_000;

    private readonly TimeProvider _time;
    private readonly IDatagramSocket _socket;
    private readonly bool _isSystems;
    private readonly long _start;
    private ITimer? _timer;

    public LoopClock(TimeProvider time, IDatagramSocket socket)
    {
        _time = time;
        _socket = socket;
        _start = time.GetTimestamp();
        UnixEpochOffsetMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        _isSystems = time == TimeProvider.System;
    }

    public TimeProvider Time => _time;

    /// <summary>What to add to <see cref="Now"/>, in milliseconds, to get Unix time.</summary>
    public long UnixEpochOffsetMs { get; }

    public long Now => (long)_time.GetElapsedTime(_start).TotalMicroseconds;

    /// <summary>When that was, as the clock shows the time now: its wall time may have been set meanwhile, and what passed is what counts.</summary>
    public DateTimeOffset ToUtc(long micros) => _time.GetUtcNow() - TimeSpan.FromMicroseconds(Math.Max(0, Now - micros));

    /// <summary>Waits for the socket, at most until <paramref name="deadline"/>.</summary>
    public void Wait(long deadline)
    {
        if (deadline == long.MaxValue)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _socket.Wait(-1);
            return;
        }

        // Armed again if the clock moved meanwhile: tests move it by leaps, and the timer would come as much too late.
        var isArmed = false;
        for (long armed = 0, left = deadline - Now; left > 0; left = deadline - Now)
        {
            if (_isSystems || (isArmed && armed - left < ClockLeap))
            {
                _socket.Wait(_isSystems ? left : -1);
                return;
            }

            _timer ??= _time.CreateTimer(
                static socket => ((IDatagramSocket)socket!).Wake(), _socket, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.FromMicroseconds(left), Timeout.InfiniteTimeSpan);
            armed = left;
            isArmed = true;
        }
    }

    public void Dispose() => _timer?.Dispose();
}
