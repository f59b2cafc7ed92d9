using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>An application that takes packets at once, now and then, or not at all for a while.</summary>
internal sealed class Reader(Action<long> consume)
{
    private readonly Queue<long> _waiting = new();

    /// <summary>How many packets it takes in a turn; null for all at once as they come.</summary>
    public int? PerTurn { get; set; }

    /// <summary>What it was handed and has not taken, as it counts against credit.</summary>
    public long Holding { get; private set; }

    public void OnPacket(int length)
    {
        var cost = Cost.Of(length);
        if (PerTurn is null)
        {
            consume(cost);
            return;
        }

        Holding += cost;
        _waiting.Enqueue(cost);
    }

    public void TakeTurn()
    {
        for (var left = PerTurn ?? int.MaxValue; left > 0 && _waiting.TryDequeue(out var cost); left--)
        {
            Holding -= cost;
            consume(cost);
        }
    }
}
