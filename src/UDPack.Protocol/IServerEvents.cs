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
}
