namespace UDPack.Protocol;

/// <summary>What a session tells its application side. Called on the thread that drives the endpoint; must not block.</summary>
internal interface ISessionEvents
{
    /// <summary>A packet arrived, in order. The buffer now belongs to the callee, who reports <see cref="Session.OnConsumed"/> when the application took it.</summary>
    void OnPacket(Session session, PacketBuffer packet);

    /// <summary>A packet given to <see cref="Session.Send"/> is done with: acknowledged, or never will be. The buffer belongs to the callee again.</summary>
    void OnPacketDone(Session session, PacketBuffer packet, bool acknowledged);

    /// <summary>The session ended. Nothing follows but <see cref="OnPacketDone"/> for what was left.</summary>
    void OnEnded(Session session, in SessionEnd end);
}
