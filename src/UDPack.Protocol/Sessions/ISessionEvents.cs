using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Sessions;

/// <summary>What a session tells its application side. Called on the thread that drives the endpoint; must not block.</summary>
internal interface ISessionEvents
{
    /// <summary>A packet of the session's own channel arrived, in order. The buffer now belongs to the callee, who reports <see cref="Inbox.OnConsumed"/> when the application took it.</summary>
    void OnPacket(Session session, PacketBuffer packet);

    /// <summary>A packet given to <see cref="Outbox.Send"/> is done with. The buffer belongs to the callee again.</summary>
    void OnPacketDone(Session session, PacketBuffer packet, PacketFate fate);

    /// <summary>An unreliable message arrived. The buffer belongs to the callee.</summary>
    void OnDatagram(Session session, PacketBuffer message);

    /// <summary>
    /// A value arrived that is newer than all before it of its key, <see cref="PacketBuffer.Label"/>. True: the buffer belongs to the callee; false: nothing
    /// is held of it, and it comes again.
    /// </summary>
    bool TryTakeValue(Session session, PacketBuffer value) => false;

    /// <summary>The newest value of this key is acknowledged: nothing waits for it any more.</summary>
    void OnValueDone(Session session, uint key)
    {
    }

    /// <summary>How much memory values take that nobody took yet.</summary>
    long ValuesHeld => 0;

    /// <summary>Nothing was sent or received for a while: a good moment to give memory back.</summary>
    void OnResting(Session session)
    {
    }

    /// <summary>The peer opened a stream; its <see cref="PacketChannel.Events"/> must be set before this returns.</summary>
    void OnStreamOpened(Session session, PacketChannel stream);

    /// <summary>A stream this side opened is over, so that another may be opened.</summary>
    void OnStreamSlotFree(Session session);

    /// <summary>The peer waits for credit of the session; what was consumed should be reported at once, and from now on early.</summary>
    void OnPeerBlocked(Session session)
    {
    }

    /// <summary>The peer is at another address from now on.</summary>
    void OnPeerMoved(Session session);

    /// <summary>The session ended. What follows is the end of its streams, and <see cref="OnPacketDone"/> for what was left.</summary>
    void OnEnded(Session session, in SessionEnd end);
}
