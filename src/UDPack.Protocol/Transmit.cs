namespace UDPack.Protocol;

/// <summary>
/// One write of an endpoint: <paramref name="Length"/> bytes to leave by <paramref name="Path"/>, cut into datagrams of
/// <paramref name="SegmentSize"/> bytes each (the last may be shorter).
/// </summary>
internal readonly record struct Transmit(NetworkPath Path, int Length, int SegmentSize)
{
    public PeerAddress To => Path.Remote;
}
