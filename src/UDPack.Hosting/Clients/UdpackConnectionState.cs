namespace UDPack.Hosting;

/// <summary>How a <see cref="UdpackConnection"/> is doing.</summary>
public enum UdpackConnectionState
{
    /// <summary>Not started yet.</summary>
    Disconnected,

    /// <summary>Making its first session, perhaps waiting to try again.</summary>
    Connecting,

    /// <summary>There is a session.</summary>
    Connected,

    /// <summary>The session was lost; making another, perhaps waiting to try again.</summary>
    Reconnecting,

    /// <summary>Over for good: the host stops, the application closed the session, or the client gave up.</summary>
    Closed,

    /// <summary>There is a session, but nothing was heard from the server for <see cref="UdpackClientSettings.UnresponsiveAfter"/>, though it was asked. It may come back, or the session expires.</summary>
    Unresponsive,
}
