namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Knows how many buffers are out, so that a test can tell a leak.</summary>
internal sealed class CountingBuffers : PacketBufferPool
{
    private readonly HashSet<PacketBuffer> _out = [];

    public int Outstanding => _out.Count;

    public override PacketBuffer Rent(int length)
    {
        var buffer = new PacketBuffer(this, new byte[length]) { Length = length };
        _out.Add(buffer);
        return buffer;
    }

    public override void Return(PacketBuffer buffer) => Assert.True(_out.Remove(buffer), "A buffer was returned twice.");
}
