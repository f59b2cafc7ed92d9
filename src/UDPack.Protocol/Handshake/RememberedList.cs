namespace UDPack.Protocol.Handshake;

/// <summary>Finished handshakes, the oldest first: an intrusive list, so that remembering one allocates nothing.</summary>
internal struct RememberedList
{
    private PendingHandshake? _last;

    public PendingHandshake? Oldest { get; private set; }

    public int Count { get; private set; }

    public void Add(PendingHandshake pending)
    {
        pending.IsRemembered = true;
        pending.PreviousRemembered = _last;
        if (_last is null)
        {
            Oldest = pending;
        }
        else
        {
            _last.NextRemembered = pending;
        }

        _last = pending;
        Count++;
    }

    public void Remove(PendingHandshake pending)
    {
        if (!pending.IsRemembered)
        {
            return;
        }

        if (pending.PreviousRemembered is { } previous)
        {
            previous.NextRemembered = pending.NextRemembered;
        }
        else
        {
            Oldest = pending.NextRemembered;
        }

        if (pending.NextRemembered is { } next)
        {
            next.PreviousRemembered = pending.PreviousRemembered;
        }
        else
        {
            _last = pending.PreviousRemembered;
        }

        pending.PreviousRemembered = pending.NextRemembered = null;
        pending.IsRemembered = false;
        Count--;
    }
}
