namespace UDPack.Sessions;

/// <summary>The session or stream a send queue belongs to.</summary>
internal interface ISendQueueOwner
{
    /// <summary>Who waited for room was let in, not on the loop: the loop has to look.</summary>
    void OnAdmitted();
}
