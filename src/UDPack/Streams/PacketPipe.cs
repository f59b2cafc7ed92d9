using System.IO.Pipelines;

namespace UDPack.Streams;

/// <summary>A stream as pipes: each direction completes on its own.</summary>
internal sealed class PacketPipe(UdpackStream packets) : IDuplexPipe
{
    public PipeReader Input { get; } = new PacketPipeReader(packets);

    public PipeWriter Output { get; } = new PacketPipeWriter(packets);
}
