using UDPack.Protocol;
using UDPack.Protocol.Sessions;

namespace UDPack.Sessions;

/// <summary>Streams that are to be opened, first come, first served: the application adds, the loop opens.</summary>
internal sealed class StreamOpenings
{
    private readonly LinkedList<StreamOpening> _waiting = new();

    public bool IsEmpty => _waiting.Count == 0;

    public LinkedListNode<StreamOpening> Add(StreamOpening opening)
    {
        lock (_waiting)
        {
            return _waiting.AddLast(opening);
        }
    }

    public void Remove(LinkedListNode<StreamOpening> opening)
    {
        lock (_waiting)
        {
            if (opening.List is not null)
            {
                _waiting.Remove(opening);
            }
        }
    }

    /// <summary>Opens as many as the peer allows.</summary>
    public void OpenAll(long now, Session core)
    {
        while (First is { } first && first.Value.TryOpen(now, core))
        {
            Remove(first);
        }
    }

    public void FailAll(Func<Exception> exception)
    {
        while (First is { } first)
        {
            Remove(first);
            first.Value.Fail(exception());
        }
    }

    private LinkedListNode<StreamOpening>? First
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.First;
            }
        }
    }
}
