namespace UDPack.Protocol.Handshake;

/// <summary>The handshakes of one shakehand payload, one for each address it came from: nearly always one, and never many.</summary>
internal struct PayloadHandshakes
{
    private PendingHandshake? _first;
    private List<PendingHandshake>? _others;

    public readonly int Count => (_first is null ? 0 : 1) + (_others?.Count ?? 0);

    /// <summary>The one from this address.</summary>
    public readonly PendingHandshake? Find(in PeerAddress from)
    {
        if (_first?.From == from)
        {
            return _first;
        }

        foreach (var other in _others ?? [])
        {
            if (other.From == from)
            {
                return other;
            }
        }

        return null;
    }

    public void Add(PendingHandshake handshake)
    {
        if (_first is null)
        {
            _first = handshake;
        }
        else
        {
            (_others ??= []).Add(handshake);
        }
    }

    public void Remove(PendingHandshake handshake)
    {
        if (_first == handshake)
        {
            _first = null;
        }
        else
        {
            _others?.Remove(handshake);
        }
    }

    /// <summary>All of them, for a walk that removes some.</summary>
    public readonly PendingHandshake[] ToArray() => _first is null ? [.. _others ?? []] : [_first, .. _others ?? []];
}
