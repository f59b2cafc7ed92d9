using System.Numerics;

namespace UDPack.Protocol.Timers;

/// <summary>
/// A hierarchical timer wheel: arming, moving and cancelling cost the same few nanoseconds for ten timers or a
/// million. Deadlines are microseconds, kept to a tick of 1,024 µs; a timer never fires early.
/// </summary>
internal sealed class TimerWheel
{
    private const int TickShift = 10;
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;
    private const int Levels = 5;
    private const long Horizon = 1L << (SlotBits * Levels);

    private readonly TimerNode?[] _slots = new TimerNode?[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels];
    private long _tick;

    public TimerWheel(long now) => _tick = now >> TickShift;

    /// <summary>When <see cref="Advance"/> has something to do; a moment early at times, when timers move to a finer wheel.</summary>
    public long NextDeadline
    {
        get
        {
            var next = NextTick();
            return next == long.MaxValue ? long.MaxValue : next << TickShift;
        }
    }

    /// <summary>Arms the node for <paramref name="deadline"/>, wherever it stood before.</summary>
    public void Schedule(TimerNode node, long deadline)
    {
        Cancel(node);
        if (deadline == long.MaxValue)
        {
            return;
        }

        // Rounded up, so that a timer never fires early.
        var tick = (deadline >> TickShift) + ((deadline & ((1 << TickShift) - 1)) == 0 ? 0 : 1);
        node.TimerTick = Math.Max(tick, _tick + 1);
        Place(node);
    }

    /// <summary>Moves the node to an earlier deadline if it is not due by then anyway.</summary>
    public void ScheduleNoLaterThan(TimerNode node, long deadline)
    {
        if (!node.IsScheduled || deadline >> TickShift < node.TimerTick - 1)
        {
            Schedule(node, deadline);
        }
    }

    public void Cancel(TimerNode node)
    {
        if (node.TimerSlot < 0)
        {
            return;
        }

        if (node.PreviousTimer is { } previous)
        {
            previous.NextTimer = node.NextTimer;
        }
        else
        {
            _slots[node.TimerSlot] = node.NextTimer;
            if (node.NextTimer is null)
            {
                _occupied[node.TimerSlot >> SlotBits] &= ~(1UL << (node.TimerSlot & (Slots - 1)));
            }
        }

        if (node.NextTimer is { } next)
        {
            next.PreviousTimer = node.PreviousTimer;
        }

        node.PreviousTimer = node.NextTimer = null;
        node.TimerSlot = -1;
    }

    /// <summary>Fires everything due by <paramref name="now"/>. Timers may be armed and cancelled meanwhile.</summary>
    public void Advance(long now)
    {
        var target = now >> TickShift;
        while (_tick < target)
        {
            var next = NextTick();
            if (next > target)
            {
                _tick = target;
                return;
            }

            _tick = next;
            for (var level = Levels - 1; level > 0; level--)
            {
                if ((_tick & ((1L << (SlotBits * level)) - 1)) == 0)
                {
                    Cascade(level);
                }
            }

            var slot = (int)(_tick & (Slots - 1));
            while (_slots[slot] is { } node)
            {
                Cancel(node);
                node.OnTimer(now);
            }
        }
    }

    private void Cascade(int level)
    {
        var slot = (level << SlotBits) + (int)((_tick >> (SlotBits * level)) & (Slots - 1));
        var node = _slots[slot];
        _slots[slot] = null;
        _occupied[level] &= ~(1UL << (slot & (Slots - 1)));
        while (node is not null)
        {
            var next = node.NextTimer;
            node.PreviousTimer = node.NextTimer = null;
            node.TimerSlot = -1;
            Place(node);
            node = next;
        }
    }

    private void Place(TimerNode node)
    {
        // Beyond the horizon a timer waits in the last slot of the coarsest wheel and is placed again from there.
        var delta = Math.Min(node.TimerTick - _tick, Horizon - 1);
        var level = delta < Slots ? 0 : BitOperations.Log2((ulong)delta) / SlotBits;
        var index = (int)(((_tick + delta) >> (SlotBits * level)) & (Slots - 1));
        var slot = (level << SlotBits) + index;
        node.TimerSlot = (short)slot;
        node.NextTimer = _slots[slot];
        if (node.NextTimer is { } next)
        {
            next.PreviousTimer = node;
        }

        _slots[slot] = node;
        _occupied[level] |= 1UL << index;
    }

    private long NextTick()
    {
        var earliest = long.MaxValue;
        for (var level = 0; level < Levels; level++)
        {
            if (_occupied[level] == 0)
            {
                continue;
            }

            var current = _tick >> (SlotBits * level);

            // Slots ahead of the current one come first; the current one itself was emptied when it was entered,
            // so what it holds now is due one turn of this wheel later.
            var rotated = BitOperations.RotateRight(_occupied[level], (int)((current + 1) & (Slots - 1)));
            var distance = BitOperations.TrailingZeroCount(rotated) + 1;
            earliest = Math.Min(earliest, (current + distance) << (SlotBits * level));
        }

        return earliest;
    }
}
