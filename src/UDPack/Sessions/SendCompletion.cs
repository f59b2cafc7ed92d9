using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>What happens when a packet that was to be sent is done with, on the session's own channel and on streams alike.</summary>
internal static class SendCompletion
{
    /// <summary>Gives the buffer back, tells who waits for the packet's fate, and makes room. True if that let in another packet.</summary>
    public static bool Finish(PacketBuffer packet, PacketFate fate, SendQueue queue, long capacity)
    {
        var (length, memory) = (packet.Length, packet.Memory);
        var confirmation = packet.Confirmation;
        packet.Release();
        switch (fate)
        {
            case PacketFate.Acknowledged:
                confirmation?.OnAcknowledged();
                break;
            case PacketFate.Expired:
                confirmation?.OnExpired();
                break;
            default:
                confirmation?.OnLost();
                break;
        }

        return queue.Release(length, capacity, memory);
    }
}
