using BenchmarkDotNet.Attributes;
using UDPack.Protocol.Timers;

namespace UDPack.Benchmarks.Parts;

/// <summary>The timer wheel with as many timers as sessions.</summary>
public class TimerParts
{
    private const int Timers = 10_000;
    private readonly Node[] _nodes = [.. Enumerable.Range(0, Timers).Select(_ => new Node())];
    private readonly TimerWheel _wheel = new(0);
    private long _now;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        foreach (var node in _nodes)
        {
            _wheel.Schedule(node, 30_000_000 + (_next++ * 1_000));
        }
    }

    /// <summary>A session's deadline moves with each datagram.</summary>
    [Benchmark]
    public void Move()
    {
        _now++;
        _next = (_next + 1) % Timers;
        _wheel.Schedule(_nodes[_next], _now + 30_000_000);
    }

    /// <summary>A timer is armed and fires.</summary>
    [Benchmark]
    public void Fire()
    {
        _wheel.Schedule(_nodes[0], _now + 1);
        _now += 2_048;
        _wheel.Advance(_now);
    }

    private sealed class Node : TimerNode
    {
        public override void OnTimer(long now)
        {
        }
    }
}
