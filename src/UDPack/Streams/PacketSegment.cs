using System.Buffers;

namespace UDPack.Streams;

/// <summary>A received packet as a part of what a pipe's reader sees.</summary>
internal sealed class PacketSegment : ReadOnlySequenceSegment<byte>
{
    private UdpackPacket _packet;

    public PacketSegment? NextSegment => (PacketSegment?)Next;

    public void Begin(UdpackPacket packet, PacketSegment? previous)
    {
        _packet = packet;
        Memory = packet.Memory;
        RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
        if (previous is not null)
        {
            previous.Next = this;
        }
    }

    /// <summary>Gives the packet back.</summary>
    public void End()
    {
        _packet.Dispose();
        _packet = default;
        Memory = default;
        Next = null;
    }
}
