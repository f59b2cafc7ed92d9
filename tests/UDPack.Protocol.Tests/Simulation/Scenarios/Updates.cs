using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>
/// Where only the newest counts, in one direction of a session: values of keys, whose last always arrives, and sequenced messages, of which none comes
/// after a newer one. Holds what both ends were told.
/// </summary>
internal sealed class Updates(ulong key)
{
    /// <summary>So few that the receiver remembers them all while it rests, and gives no value twice.</summary>
    public const int Keys = IncomingValues.RememberedAtRest / 2;

    public const int Lanes = 4;

    private readonly int[] _sent = new int[Keys];
    private readonly int[] _arrived = new int[Keys];
    private readonly bool[] _waits = new bool[Keys];
    private readonly long[] _messagesSent = new long[Lanes];
    private readonly long[] _messagesArrived = new long[Lanes];

    /// <summary>Values that arrived.</summary>
    public int Arrived { get; private set; }

    /// <summary>The last value of every key is here, and its sender knows it.</summary>
    public bool IsSettled => _sent.AsSpan().SequenceEqual(_arrived) && !_waits.Contains(true);

    /// <summary>Makes the next value of a key.</summary>
    public void WriteValue(PacketBuffer value, int place)
    {
        _waits[place] = true;
        value.Label = (uint)place;
        Content.Fill(value.Span, KeyOf(place, ++_sent[place]));
    }

    /// <summary>Makes the next message of a lane.</summary>
    public void WriteMessage(PacketBuffer message, int lane)
    {
        message.Label = (uint)lane + 1;
        message.Number = ++_messagesSent[lane];
        Content.Fill(message.Span, KeyOf(Keys + lane, (int)message.Number));
    }

    public void OnValue(PacketBuffer value)
    {
        var place = (int)value.Label;
        Assert.InRange(place, 0, Keys - 1);
        for (var version = _arrived[place] + 1; version <= _sent[place]; version++)
        {
            if (Content.IsFrom(value.Span, KeyOf(place, version)))
            {
                _arrived[place] = version;
                Arrived++;
                return;
            }
        }

        Assert.Fail($"Value {place} is none that is newer than the one before it ({_arrived[place]} of {_sent[place]}).");
    }

    public void OnValueDone(uint place)
    {
        Assert.True(_waits[(int)place], $"Value {place} was done with, and nothing waited.");
        Assert.Equal(_sent[(int)place], _arrived[(int)place]);
        _waits[(int)place] = false;
    }

    public void OnMessage(PacketBuffer message)
    {
        var lane = (int)message.Label - 1;
        Assert.InRange(lane, 0, Lanes - 1);
        Assert.InRange(message.Number, _messagesArrived[lane] + 1, _messagesSent[lane]);
        Assert.True(Content.IsFrom(message.Span, KeyOf(Keys + lane, (int)message.Number)));
        _messagesArrived[lane] = message.Number;
    }

    public string Describe() => string.Join(", ", Enumerable.Range(0, Keys).Where(i => _sent[i] != _arrived[i] || _waits[i]).Select(i =>
        $"value {i}: {_arrived[i]} of {_sent[i]}{(_waits[i] ? ", waits" : "")}"));

    private ulong KeyOf(int place, int version) => Content.Mix(key ^ Content.Mix(((ulong)place << 32) | (uint)version));
}
