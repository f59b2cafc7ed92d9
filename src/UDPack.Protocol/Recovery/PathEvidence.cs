using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// What acks and losses say about the sizes that the path carries, of datagrams larger than those that every path does: kept until whoever searches for the
/// path's MTU has looked.
/// </summary>
/// <param name="baseSize">What every path carries: nothing is learned from datagrams of this size.</param>
internal struct PathEvidence(int baseSize)
{
    private RingQueue<(ulong Sequence, int Size)> _arrived;
    private SentDatagram _loss;

    public void AddArrived(in SentDatagram datagram)
    {
        if (datagram.Size > baseSize)
        {
            _arrived.Enqueue((datagram.Sequence, datagram.Size));
        }
    }

    /// <summary>
    /// Of what was found lost together on the present path, path MTU probes aside, the largest datagram beside which nothing as large that was sent later
    /// has arrived.
    /// </summary>
    public void SetUnrefutedLoss(in SentDatagram datagram) => _loss = datagram;

    /// <summary>Takes the next datagram that arrived, in order.</summary>
    public bool TryTakeArrived(out ulong sequence, out int size)
    {
        var any = _arrived.TryDequeue(out var datagram);
        (sequence, size) = datagram;
        return any;
    }

    /// <summary>Takes the loss, if there is one: to be looked at after what arrived.</summary>
    public bool TryTakeUnrefutedLoss(out ulong sequence, out long sentAt, out int size)
    {
        (sequence, sentAt, size) = (_loss.Sequence, _loss.SentAt, _loss.Size);
        _loss = default;
        return size > 0;
    }

    public void Clear() => (_arrived, _loss) = (default, default);

    public void Trim() => _arrived.Trim();
}
