namespace UDPack.Protocol;

/// <summary>
/// One write of an endpoint: <paramref name="Length"/> bytes for <paramref name="To"/>, cut into datagrams of
/// <paramref name="SegmentSize"/> bytes each (the last may be shorter).
/// </summary>
internal readonly record struct Transmit(PeerAddress To, int Length, int SegmentSize);
