using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>What a server endpoint tells its owner. Called on the thread that drives the endpoint; must not block.</summary>
internal interface IServerEvents
{
    bool ObservesHandshakes { get; }

    /// <summary>The session is READY; its <see cref="Session.Events"/> must be set before this returns.</summary>
    void OnSessionReady(long now, Session session);

    /// <summary>A handshake that got as far as public-key work has ended, whatever came of it.</summary>
    void OnHandshakeEnded(in HandshakeEnd end)
    {
    }

    void OnHandshakeStep(in HandshakeStep step, in PeerAddress from);

    /// <summary>A shakehand found no room (<see cref="DropReason.HandshakesFull"/>), or came too soon after others of its prefix (<see cref="DropReason.HandshakeRate"/>).</summary>
    void OnShakehandDropped(DropReason reason, in PeerAddress from)
    {
    }

    /// <summary>A session's peer moved to where no further session may be; the session ends.</summary>
    void OnMoveRefused(Session session, in PeerAddress before, SessionLimit limit)
    {
    }
}
