namespace UDPack.Protocol;

/// <summary>
/// The two ends of a way datagrams take: where they come to or leave from, and where the peer is. A local end of
/// <see langword="default"/> is one that nobody knows or cares about: the system chooses it.
/// </summary>
/// <param name="Local">This side's address, without port, since a socket has one port; with scope if link-local, which names the interface.</param>
/// <param name="Remote">The peer's.</param>
internal readonly record struct NetworkPath(PeerAddress Local, PeerAddress Remote)
{
    /// <summary>Whether only the peer's port differs: another binding of a NAT, not another path (RFC 9000 §9.4).</summary>
    public bool SameHosts(in NetworkPath other) => Local == other.Local && Remote.SameHost(other.Remote);
}
