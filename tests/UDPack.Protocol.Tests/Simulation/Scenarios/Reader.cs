using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>An application that takes packets at once, now and then, or not at all for a while.</summary>
internal sealed class Reader(Action<Taken> consume)
{
    private readonly Queue<Taken> _waiting = new();

    /// <summary>How many packets it takes in a turn; null for all at once as they come.</summary>
    public int? PerTurn { get; set; }

    /// <summary>What it was handed and has not taken, as it counts against credit.</summary>
    public long Holding { get; private set; }

    /// <summary>What that really takes.</summary>
    public long Memory { get; private set; }

    public void OnPacket(in Taken packet)
    {
        if (PerTurn is null)
        {
            consume(packet);
            return;
        }

        Holding += packet.Cost;
        Memory += packet.Memory;
        _waiting.Enqueue(packet);
    }

    public void TakeTurn()
    {
        for (var left = PerTurn ?? int.MaxValue; left > 0 && _waiting.TryDequeue(out var packet); left--)
        {
            Holding -= packet.Cost;
            Memory -= packet.Memory;
            consume(packet);
        }
    }
}
