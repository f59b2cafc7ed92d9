using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>What was sent in one direction of a channel, and everything both ends were told about it.</summary>
internal sealed class Flow(ulong key, DeliveryMode mode)
{
    private readonly List<Entry> _packets = [];
    private int _handedOver;

    public DeliveryMode Mode => mode;

    public int Sent => _packets.Count;

    /// <summary>Packets whose sender knows what became of them.</summary>
    public int Done { get; private set; }

    /// <summary>Packets that their receiver has, or was told not to wait for.</summary>
    public int Settled { get; private set; }

    public int Lost { get; private set; }

    /// <summary>Everything sent was delivered or, with a deadline, given up with both ends knowing it.</summary>
    public bool IsComplete => Lost == 0 && Done == Sent && Settled == Sent;

    /// <summary>Makes the next packet's content.</summary>
    /// <param name="content">Where to.</param>
    /// <param name="deadline">When it may be given up.</param>
    /// <returns>Its number.</returns>
    public long Add(Span<byte> content, long deadline)
    {
        _packets.Add(new Entry { Length = content.Length, Deadline = deadline });
        Content.Fill(content, KeyOf(_packets.Count));
        return _packets.Count;
    }

    public void OnDone(long now, long number, PacketFate fate, bool mayBeLost)
    {
        var packet = _packets[(int)number - 1];
        Assert.True(packet.Fate is null, $"Packet {number} was reported twice: {packet.Fate}, {fate}.");
        switch (fate)
        {
            case PacketFate.Expired:
                Assert.Equal(DeliveryMode.Deadline, mode);
                Assert.True(now >= packet.Deadline, $"Packet {number} was given up before its deadline.");
                break;
            case PacketFate.Lost:
                Assert.True(mayBeLost, $"Packet {number} was lost though nothing ended.");
                Lost++;
                break;
        }

        packet.Fate = fate;
        Done++;
    }

    public void OnArrived(long number, ReadOnlySpan<byte> content)
    {
        Assert.InRange(number, 1, Sent);
        var packet = _packets[(int)number - 1];
        Assert.False(packet.HasArrived || packet.IsSkipped, $"Packet {number} came twice.");
        Assert.Equal(packet.Length, content.Length);
        Assert.True(Content.IsFrom(content, KeyOf((int)number)), $"Packet {number} is not what was sent.");
        packet.HasArrived = true;
        HandOver(number);
    }

    public void OnSkipped(long number)
    {
        Assert.Equal(DeliveryMode.Deadline, mode);
        Assert.InRange(number, 1, Sent);
        var packet = _packets[(int)number - 1];
        Assert.False(packet.HasArrived || packet.IsSkipped);
        Assert.Equal(PacketFate.Expired, packet.Fate);
        packet.IsSkipped = true;
        HandOver(number);
    }

    /// <summary>What the sender believes to be delivered is delivered, now that nothing is on its way any more; in order, up to what never came.</summary>
    public void AssertAcknowledgedArrived()
    {
        for (var i = 0; i < _packets.Count; i++)
        {
            var (fate, isHere) = (_packets[i].Fate, _packets[i].HasArrived || _packets[i].IsSkipped);
            if (fate is PacketFate.Lost or PacketFate.Expired && !isHere && mode != DeliveryMode.Unordered)
            {
                // What was given up just before the end may have ended so, too: nobody could be told any more.
                break;
            }

            Assert.True(fate != PacketFate.Acknowledged || isHere, $"Packet {i + 1} of {Sent} ({Done} done, {Settled} settled, {mode}) was acknowledged and not handed over.");
        }
    }

    private void HandOver(long number)
    {
        Settled++;
        _handedOver++;
        if (mode != DeliveryMode.Unordered)
        {
            Assert.Equal(_handedOver, number);
        }
    }

    private ulong KeyOf(int number) => Content.Mix(key ^ Content.Mix((ulong)number));

    private sealed class Entry
    {
        public int Length { get; init; }

        public long Deadline { get; init; }

        public PacketFate? Fate { get; set; }

        public bool HasArrived { get; set; }

        public bool IsSkipped { get; set; }
    }
}
