namespace UDPack.Protocol.Delivery;

/// <summary>The newest message of each lane of sequenced messages: what is older than that comes too late.</summary>
internal struct ReceivedLanes
{
    /// <summary>Lanes are 1 to this; 0 stands for a message of none.</summary>
    public const uint Last = 255;

    private long[]? _newest;

    /// <summary>Whether the message is newer than all before it of its lane; then <paramref name="place"/> is its number, whole.</summary>
    public bool TryAdvance(uint lane, uint number, out long place)
    {
        if (_newest is null || _newest.Length <= lane)
        {
            Array.Resize(ref _newest, (int)lane + 1);
        }

        ref var newest = ref _newest[lane];
        place = PacketIds.Expand(number, newest + 1);
        if (place <= newest)
        {
            return false;
        }

        newest = place;
        return true;
    }
}
