namespace UDPack.Hosting;

/// <summary>What becomes of sends while a client has no session.</summary>
public enum UdpackClientPendingSends
{
    /// <summary>They wait for the next session.</summary>
    Wait,

    /// <summary>They fail at once with <see cref="UdpackError.NotConnected"/>.</summary>
    Fail,
}
