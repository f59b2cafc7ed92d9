using UDPack.Buffers;

namespace UDPack.Testing;

/// <summary>
/// Packets for unit tests of code that is given a <see cref="UdpackPacket"/>. They behave as received ones: after their disposal they throw, and memory of them that was kept reads
/// 0xDD throughout. Thread-safe.
/// </summary>
public static class TestPacket
{
    private static readonly PooledPacketBuffers Buffers = new(poisons: true);

    /// <summary>What a stream's <see cref="UdpackStream.ReceiveAsync"/> gives when its peer has completed its writes.</summary>
    public static UdpackPacket End => default;

    /// <summary>A packet with these bytes.</summary>
    /// <param name="bytes">Its content, which is copied.</param>
    /// <param name="number">Its <see cref="UdpackPacket.Number"/>; 0 for an unreliable message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static UdpackPacket Create(ReadOnlySpan<byte> bytes, long number = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var buffer = Buffers.Rent(bytes.Length);
        bytes.CopyTo(buffer.Span);
        buffer.Number = number;
        return new UdpackPacket(buffer);
    }

    /// <summary>The note of a stream with a deadline that a packet was given up.</summary>
    /// <param name="number">Its <see cref="UdpackPacket.Number"/>, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public static UdpackPacket Skipped(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        return UdpackPacket.Skipped(number);
    }
}
