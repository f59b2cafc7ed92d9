using System.Buffers.Binary;
using UDPack.Benchmarks.Transport.Peers;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>Small messages at a steady rate on one channel, each timed from when it was due until its echo is back.</summary>
internal sealed class SmallMessages(int channel, int size)
{
    /// <summary>A message on a channel each 50 ms.</summary>
    public const long IntervalMicros = 50_000;

    private readonly Queue<long> _waiting = new();

    /// <summary>Microseconds of those that came back.</summary>
    public List<long> Micros { get; } = [];

    /// <summary>Sends from one time to another, shifted against the other channels. Only the end of the connection ends a send that waits.</summary>
    public async Task RunAsync(IMessageConnection connection, long fromMicros, long untilMicros)
    {
        var message = new byte[size];
        for (var due = fromMicros + (channel * IntervalMicros / Channels.EchoCount); due < untilMicros; due += IntervalMicros)
        {
            // A message that is late because the one before it had to wait is late by that wait; the timer's own lateness is not the transport's.
            var stamp = due;
            if (due - Clock.Micros is var pause and > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(pause));
                stamp = Clock.Micros;
            }

            BinaryPrimitives.WriteInt64LittleEndian(message, stamp);
            lock (_waiting)
            {
                _waiting.Enqueue(stamp);
            }

            await connection.SendAsync(channel, message);
        }
    }

    public void OnEcho(ReadOnlySpan<byte> echo)
    {
        var now = Clock.Micros;
        lock (_waiting)
        {
            var stamp = _waiting.Dequeue();
            if (stamp != BinaryPrimitives.ReadInt64LittleEndian(echo))
            {
                throw new InvalidDataException("An echo came out of order.");
            }

            Micros.Add(now - stamp);
        }
    }

    /// <summary>How long those that never came back have waited by now.</summary>
    public long[] GetWaiting()
    {
        var now = Clock.Micros;
        lock (_waiting)
        {
            return [.. _waiting.Select(stamp => now - stamp)];
        }
    }
}
