using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// What an ack or a timer settled, in order: found in one walk and told afterwards, so that whatever the owners do then happens to a recovery that is done
/// with its own work.
/// </summary>
internal struct SettledFrames
{
    private RingQueue<Settled> _frames;

    public void Add(in SentFrame frame, bool isAcknowledged) => _frames.Enqueue(new Settled(frame, isAcknowledged));

    /// <summary>Takes the next one.</summary>
    public bool TryTake(out SentFrame frame, out bool isAcknowledged)
    {
        var any = _frames.TryDequeue(out var settled);
        (frame, isAcknowledged) = settled;
        return any;
    }

    /// <summary>Forgets them: nobody is to be told any more.</summary>
    public void Clear() => _frames = default;

    /// <summary>Gives memory back while there are none.</summary>
    public void Trim() => _frames.Trim();

    private readonly record struct Settled(SentFrame Frame, bool IsAcknowledged);
}
