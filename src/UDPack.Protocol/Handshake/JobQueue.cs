using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Handshake;

/// <summary>
/// Public-key work that waits for a worker. Address prefixes are served by turns, and so are the sockets of each: whoever sends many shakehands
/// waits behind its own, and a stranger behind one of each other prefix at most.
/// </summary>
internal sealed class JobQueue(PrefixLengths lengths, TableHash hash)
{
    private readonly Turns<Prefix> _prefixes = new(hash);

    public int Count { get; private set; }

    public void Enqueue(HandshakeJob job)
    {
        var key = lengths.PrefixOf(job.RemoteAddress);
        if (!_prefixes.TryFind(key, out var prefix))
        {
            prefix = new Prefix(key, hash);
            _prefixes.Add(prefix);
        }

        if (!prefix.Sockets.TryFind(job.RemoteAddress, out var socket))
        {
            socket = new Socket(job.RemoteAddress);
            prefix.Sockets.Add(socket);
        }

        socket.Jobs.Enqueue(job);
        prefix.Jobs++;
        Count++;
    }

    public bool TryDequeue(out HandshakeJob job)
    {
        if (Count == 0)
        {
            job = null!;
            return false;
        }

        var prefix = _prefixes.First;
        var socket = prefix.Sockets.First;
        socket.Jobs.TryDequeue(out job);
        prefix.Sockets.EndTurn(socket.Count > 0);
        prefix.Jobs--;
        _prefixes.EndTurn(prefix.Count > 0);
        Count--;
        return true;
    }

    /// <summary>Takes out the one that would be missed least: the newest of the socket with the most in the prefix with the most.</summary>
    public HandshakeJob Shed()
    {
        var prefix = _prefixes.Longest();
        return Shed(prefix, prefix.Sockets.Longest());
    }

    /// <summary>Takes out the newest of a socket that has several waiting, for another one of the same host that has none.</summary>
    public bool TryShedFor(in PeerAddress newcomer, out HandshakeJob job)
    {
        job = null!;
        if (!_prefixes.TryFind(lengths.PrefixOf(newcomer), out var prefix) || prefix.Sockets.TryFind(newcomer, out _))
        {
            return false;
        }

        var longest = prefix.Sockets.Longest();
        if (longest.Count < 2 || PrefixLengths.Host.PrefixOf(longest.Key) != PrefixLengths.Host.PrefixOf(newcomer))
        {
            return false;
        }

        job = Shed(prefix, longest);
        return true;
    }

    private HandshakeJob Shed(Prefix prefix, Socket socket)
    {
        var job = socket.Jobs[socket.Count - 1];
        socket.Jobs.DropTail(1);
        prefix.Jobs--;
        Count--;

        // The longest has one: all have, and it is the last of the turns.
        if (socket.Count == 0)
        {
            prefix.Sockets.RemoveLast();
        }

        if (prefix.Count == 0)
        {
            _prefixes.RemoveLast();
        }

        return job;
    }

    private abstract class Lane(PeerAddress key)
    {
        public PeerAddress Key { get; } = key;

        public abstract int Count { get; }
    }

    private sealed class Prefix(PeerAddress key, TableHash hash) : Lane(key)
    {
        public Turns<Socket> Sockets { get; } = new(hash);

        public int Jobs { get; set; }

        public override int Count => Jobs;
    }

    private sealed class Socket(PeerAddress key) : Lane(key)
    {
        public RingQueue<HandshakeJob> Jobs;

        public override int Count => Jobs.Count;
    }

    /// <summary>Lanes that have something, in the order of their turns.</summary>
    private sealed class Turns<T>(TableHash hash)
        where T : Lane
    {
        private readonly SeededDictionary<PeerAddress, T> _byKey = new(hash);
        private RingQueue<T> _turns;

        public T First => _turns[0];

        public bool TryFind(in PeerAddress key, out T lane) => _byKey.TryGetValue(key, out lane!);

        public void Add(T lane)
        {
            _byKey.Add(lane.Key, lane);
            _turns.Enqueue(lane);
        }

        public void EndTurn(bool hasMore)
        {
            _turns.TryDequeue(out var lane);
            if (hasMore)
            {
                _turns.Enqueue(lane);
            }
            else
            {
                _byKey.Remove(lane.Key);
            }
        }

        /// <summary>The one with the most; of equals the one whose turn is last.</summary>
        public T Longest()
        {
            var longest = _turns[0];
            for (var i = 1; i < _turns.Count; i++)
            {
                longest = _turns[i].Count >= longest.Count ? _turns[i] : longest;
            }

            return longest;
        }

        public void RemoveLast()
        {
            _byKey.Remove(_turns[_turns.Count - 1].Key);
            _turns.DropTail(1);
        }
    }
}
