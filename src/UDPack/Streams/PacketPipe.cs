using System.IO.Pipelines;

namespace UDPack.Streams;

/// <summary>A stream as pipes: each direction completes on its own.</summary>
internal sealed class PacketPipe : IDuplexPipe
{
    public PacketPipe(UdpackStream packets)
    {
        Input = PipeReader.Create(new InputSide(packets));
        Output = PipeWriter.Create(new OutputSide(packets));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    // The pipes dispose their stream when they are completed; that must end one direction only.
    private abstract class Side(UdpackStream packets) : Stream
    {
        private readonly PacketStream _bytes = new(packets);

        protected UdpackStream Packets { get; } = packets;

        public override bool CanSeek => false;

        public override long Length => _bytes.Length;

        public override long Position
        {
            get => _bytes.Position;
            set => _bytes.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _bytes.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => _bytes.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _bytes.WriteAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => _bytes.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => _bytes.Seek(offset, origin);

        public override void SetLength(long value) => _bytes.SetLength(value);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Complete();
            }

            base.Dispose(disposing);
        }

        protected abstract void Complete();
    }

    private sealed class InputSide(UdpackStream packets) : Side(packets)
    {
        public override bool CanRead => true;

        public override bool CanWrite => false;

        protected override void Complete() => Packets.StopReading();
    }

    private sealed class OutputSide(UdpackStream packets) : Side(packets)
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        protected override void Complete() => Packets.CompleteWrites();
    }
}
