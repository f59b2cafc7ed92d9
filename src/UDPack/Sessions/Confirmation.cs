using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>Lets an application wait for the peer's acknowledgement of one packet.</summary>
internal sealed class Confirmation(UdpackSession session)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), IPacketConfirmation
{
    public void OnAcknowledged() => TrySetResult();

    public void OnLost() => TrySetException(session.CreateEndException());
}
