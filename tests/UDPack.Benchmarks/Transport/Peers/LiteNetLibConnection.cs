using LiteNetLib;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>One peer of LiteNetLib. It queues without limit, so that this waits while the queue is long.</summary>
internal sealed class LiteNetLibConnection(NetManager manager, NetPeer peer, bool ownsManager) : IMessageConnection
{
    // Many times its window of 64, so that it never runs dry while this sleeps.
    private const int LongQueue = 4_096;

    private volatile bool _isDisposed;

    public long? Retransmits => peer.Statistics.PacketLoss;

    public async ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false)
    {
        while (channel == Channels.Bulk && peer.GetPacketsCountInReliableQueue((byte)channel, ordered: true) > LongQueue)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            await Task.Delay(1);
        }

        peer.Send(message.Span, (byte)channel, DeliveryMethod.ReliableOrdered);
        if (channel != Channels.Bulk && !more)
        {
            // Otherwise a small message waits for the next update, up to a millisecond.
            manager.TriggerUpdate();
        }
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (ownsManager)
        {
            manager.Stop();
        }

        return default;
    }
}
