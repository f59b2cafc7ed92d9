namespace UDPack.Loop;

/// <summary>Many producers, one consumer, no allocation: producers push onto a stack, the consumer takes all of it and turns it round.</summary>
internal struct WorkQueue
{
    private LoopWork? _head;

    public readonly bool IsEmpty => Volatile.Read(in _head) is null;

    public void Push(LoopWork work)
    {
        var head = Volatile.Read(ref _head);
        while (true)
        {
            work.NextWork = head;
            var seen = Interlocked.CompareExchange(ref _head, work, head);
            if (seen == head)
            {
                return;
            }

            head = seen;
        }
    }

    /// <summary>Everything pushed so far, the first first.</summary>
    public LoopWork? TakeAll()
    {
        var taken = Interlocked.Exchange(ref _head, null);
        LoopWork? first = null;
        while (taken is not null)
        {
            var next = taken.NextWork;
            taken.NextWork = first;
            first = taken;
            taken = next;
        }

        return first;
    }
}
