using System.Numerics;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Knows how many buffers are out, so that a test can tell a leak.</summary>
/// <param name="powers">Whether buffers come in powers of two from 32 on, so that as much as a pool may waste is wasted.</param>
internal sealed class CountingBuffers(bool powers = false) : PacketBufferPool
{
    private readonly HashSet<PacketBuffer> _out = [];

    public int Outstanding => _out.Count;

    /// <summary>What the buffers that are out take.</summary>
    public long Memory { get; private set; }

    public override int CapacityOf(int length) => powers ? Math.Max(32, (int)BitOperations.RoundUpToPowerOf2((uint)length)) : length;

    public override PacketBuffer RentExact(int length) => Make(length, length);

    public override PacketBuffer Rent(int length) => Make(length, CapacityOf(length));

    public override void Return(PacketBuffer buffer)
    {
        Assert.True(_out.Remove(buffer), "A buffer was returned twice.");
        Memory -= buffer.Memory;
    }

    private PacketBuffer Make(int length, int capacity)
    {
        var buffer = new PacketBuffer(this, new byte[capacity]) { Length = length };
        _out.Add(buffer);
        Memory += buffer.Memory;
        return buffer;
    }
}
