using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Handshake;

/// <summary>
/// Public-key work that waits for a worker. Address prefixes are served by turns: whoever sends many shakehands waits behind its own,
/// and a stranger behind one of each other prefix at most.
/// </summary>
internal sealed class JobQueue(PrefixLengths lengths, TableHash hash)
{
    private readonly SeededDictionary<PeerAddress, Lane> _lanes = new(hash);

    // All that have jobs, in the order of their turns.
    private RingQueue<Lane> _turns;

    public int Count { get; private set; }

    public void Enqueue(HandshakeJob job)
    {
        var prefix = lengths.PrefixOf(job.RemoteAddress);
        if (!_lanes.TryGetValue(prefix, out var lane))
        {
            lane = new Lane(prefix);
            _lanes.Add(prefix, lane);
            _turns.Enqueue(lane);
        }

        lane.Jobs.Enqueue(job);
        Count++;
    }

    public bool TryDequeue(out HandshakeJob job)
    {
        if (!_turns.TryDequeue(out var lane))
        {
            job = null!;
            return false;
        }

        Count--;
        lane.Jobs.TryDequeue(out job);
        if (lane.Jobs.Count > 0)
        {
            _turns.Enqueue(lane);
        }
        else
        {
            _lanes.Remove(lane.Prefix);
        }

        return true;
    }

    /// <summary>Takes out the one that would be missed least: the newest of the prefix with the most.</summary>
    public HandshakeJob Shed()
    {
        var longest = _turns[0];
        for (var i = 1; i < _turns.Count; i++)
        {
            longest = _turns[i].Jobs.Count >= longest.Jobs.Count ? _turns[i] : longest;
        }

        Count--;
        var last = longest.Jobs.Count - 1;
        var job = longest.Jobs[last];
        longest.Jobs.DropTail(1);
        if (last == 0)
        {
            // All have one: it is the last of the turns.
            _turns.DropTail(1);
            _lanes.Remove(longest.Prefix);
        }

        return job;
    }

    private sealed class Lane(PeerAddress prefix)
    {
        public RingQueue<HandshakeJob> Jobs;

        public PeerAddress Prefix { get; } = prefix;
    }
}
