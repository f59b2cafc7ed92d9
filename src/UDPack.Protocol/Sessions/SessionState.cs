namespace UDPack;

/// <summary>The states of a session (UDPack 1.0, 2.3, "connect").</summary>
public enum SessionState
{
    /// <summary>Created; nothing was sent yet.</summary>
    Init,

    /// <summary>The shakehand was sent (client) or answered (server), and the peer has not confirmed yet.</summary>
    Open,

    /// <summary>Both keys are proven; the application has the session.</summary>
    Ready,

    /// <summary>Ended. The session sends and delivers nothing any more.</summary>
    Close,
}
