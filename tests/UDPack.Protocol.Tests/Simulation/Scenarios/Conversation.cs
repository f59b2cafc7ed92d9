using System.Buffers.Binary;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>A session seen from above: what both ends do and should be told.</summary>
internal sealed class Conversation(Pair pair, ClientHost host, ulong key, Action<PeerAddress> whenMoved)
{
    private readonly HashSet<PeerAddress> _addresses = [host.Address];
    private ulong _lastKey = key;

    public ClientHost Host { get; } = host;

    public Flow ToServer { get; } = new(Content.Mix(key), DeliveryMode.Ordered);

    public Flow ToClient { get; } = new(Content.Mix(~key), DeliveryMode.Ordered);

    public Updates UpdatesToServer { get; } = new(Content.Mix(key + 2));

    public Updates UpdatesToClient { get; } = new(Content.Mix(~key + 2));

    public Messages Messages { get; } = new();

    /// <summary>Streams that one end opened and the other has not seen yet.</summary>
    public Dictionary<uint, StreamParty> Opened { get; } = [];

    public Party? Client { get; private set; }

    public Party? Server { get; private set; }

    public IEnumerable<Party> Parties => new[] { Client, Server }.OfType<Party>();

    public ulong NextKey() => _lastKey = Content.Mix(_lastKey + 1);

    public Party Join(Session session, bool isServer)
    {
        var party = new Party(pair, this, session, isServer);
        _ = isServer ? Server = party : Client = party;
        if (isServer)
        {
            whenMoved(session.RemoteAddress);
        }

        return party;
    }

    /// <summary>The client is elsewhere from now on.</summary>
    public void Rebind(PeerAddress to)
    {
        _addresses.Add(to);
        pair.Rebind(to, Host);
    }

    public void OnMoved(PeerAddress to)
    {
        Assert.True(_addresses.Contains(to), $"The session was stolen by {to}.");
        whenMoved(to);
    }
}

/// <summary>Unreliable messages: each arrives at most once, and unchanged.</summary>
internal sealed class Messages
{
    public const int Smallest = sizeof(long);

    private readonly Dictionary<long, bool> _arrived = [];

    public int Arrived { get; private set; }

    public void Write(Span<byte> message)
    {
        var id = _arrived.Count;
        _arrived.Add(id, false);
        BinaryPrimitives.WriteInt64BigEndian(message, id);
        Content.Fill(message[Smallest..], (ulong)id);
    }

    public void OnArrived(ReadOnlySpan<byte> message)
    {
        var id = BinaryPrimitives.ReadInt64BigEndian(message);
        Assert.False(_arrived[id], "A message came twice.");
        Assert.True(Content.IsFrom(message[Smallest..], (ulong)id));
        _arrived[id] = true;
        Arrived++;
    }
}
