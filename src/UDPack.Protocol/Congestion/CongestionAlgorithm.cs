namespace UDPack;

/// <summary>How a session decides how much it sends; each side chooses for what it sends itself.</summary>
public enum CongestionAlgorithm
{
    /// <summary>
    /// CUBIC (RFC 9438) with HyStart++ (RFC 9406) and pacing: shares a link with TCP as another TCP connection would, and takes
    /// every lost datagram for a sign of congestion.
    /// </summary>
    Cubic = 0,

    /// <summary>
    /// BBR version 3 (draft-ietf-ccwg-bbr): measures what the path delivers and how long it takes, keeps queues short, and
    /// keeps its rate on paths that lose datagrams at random, such as radio links.
    /// </summary>
    Bbr = 1,
}
