using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Streams;

/// <summary>A session's streams: who opened which, and how many may be open.</summary>
internal sealed class StreamTable(bool isServer, long localLimit, long remoteLimit, TableHash hash)
{
    /// <summary>Ended streams of the peer that still miss something; an honest peer has few.</summary>
    private const int LingeringPerSlot = 4;
    private const int LeastLingering = 64;

    private readonly SeededDictionary<uint, PacketChannel> _streams = new(hash);
    private readonly uint _firstLocal = isServer ? 1u : 2u;
    private ulong _nextLocal = isServer ? 1u : 2u;
    private ulong _nextRemote = isServer ? 2u : 1u;
    private int _remoteKept;

    public int Count => _streams.Count;

    public Dictionary<uint, PacketChannel>.ValueCollection All => _streams.Values;

    /// <summary>How many of those that this side opened count towards the peer's limit.</summary>
    public int LocalOpen { get; private set; }

    /// <summary>How many of those that the peer opened count towards this side's.</summary>
    public int RemoteOpen { get; private set; }

    public bool CanOpen => LocalOpen < localLimit && _nextLocal <= uint.MaxValue;

    public bool IsLocal(uint id) => (id & 1) == (_firstLocal & 1);

    /// <summary>The id of the next stream this side opens.</summary>
    public uint TakeLocalId()
    {
        var id = (uint)_nextLocal;
        _nextLocal += 2;
        return id;
    }

    public void Add(PacketChannel stream)
    {
        _streams.Add(stream.Id, stream);
        _ = stream.IsLocal ? LocalOpen++ : RemoteOpen++;
        _remoteKept += stream.IsLocal ? 0 : 1;
    }

    /// <summary>Finds a stream by the id in a frame.</summary>
    public StreamLookup Find(uint id, out PacketChannel stream)
    {
        if (_streams.TryGetValue(id, out stream!))
        {
            return StreamLookup.Found;
        }

        if (id == 0)
        {
            return StreamLookup.Invalid;
        }

        if (IsLocal(id))
        {
            return id < _nextLocal ? StreamLookup.Late : StreamLookup.Invalid;
        }

        return id < _nextRemote ? StreamLookup.Late : StreamLookup.New;
    }

    /// <summary>The id of the next stream of the peer, in order up to <paramref name="id"/>; false when all exist.</summary>
    public bool TryTakeRemoteId(uint id, out uint next)
    {
        next = (uint)_nextRemote;
        if (_nextRemote > id)
        {
            return false;
        }

        _nextRemote += 2;
        return true;
    }

    /// <summary>Whether the peer may have one more open.</summary>
    public bool RemoteMayOpen =>
        RemoteOpen < remoteLimit && _remoteKept < (LingeringPerSlot * remoteLimit) + LeastLingering;

    /// <summary>The stream does not count towards its opener's limit any more.</summary>
    public void FreeSlot(PacketChannel stream)
    {
        stream.HoldsSlot = false;
        _ = stream.IsLocal ? LocalOpen-- : RemoteOpen--;
    }

    public void Remove(PacketChannel stream)
    {
        stream.IsRemoved = true;
        _streams.Remove(stream.Id);
        _remoteKept -= stream.IsLocal ? 0 : 1;
    }
}

/// <summary>What a stream id in a frame stands for.</summary>
internal enum StreamLookup
{
    Found,

    /// <summary>It is over: the frame comes late.</summary>
    Late,

    /// <summary>The peer opens it, and all before it, with this frame.</summary>
    New,

    /// <summary>The peer may not use this id.</summary>
    Invalid,
}
