using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace UDPack.Streams;

/// <summary>
/// A stream's packets as a pipe: what is read are the packets themselves, each kept until all of it is consumed. A packet is
/// taken from the stream only when the reader has examined all that was there, which is what holds the peer back.
/// </summary>
internal sealed class PacketPipeReader(UdpackStream packets) : PipeReader
{
    private PacketSegment? _head;
    private PacketSegment? _tail;
    private PacketSegment? _spare;
    private int _headOffset;
    private bool _isExamined = true;
    private bool _atEnd;
    private bool _isCompleted;

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        var interrupted = packets.TakeInterruption();
        if (!interrupted && _isExamined && !_atEnd)
        {
            // Throws, as a read would, once the stream was aborted.
            while (packets.TryReceive(out var packet))
            {
                _atEnd = packet.IsEnd;
                if (_atEnd || Append(packet))
                {
                    break;
                }
            }
        }

        if (!interrupted && _isExamined && !_atEnd)
        {
            result = default;
            return false;
        }

        result = Result(interrupted);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryRead(out var there))
        {
            return there;
        }

        while (true)
        {
            UdpackPacket packet;
            try
            {
                packet = await packets.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Result(isCanceled: true);
            }

            _atEnd = packet.IsEnd;
            if (_atEnd || Append(packet))
            {
                return Result(isCanceled: false);
            }
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        ThrowIfCompleted();
        if (_head is null)
        {
            return;
        }

        if (consumed.GetObject() is not PacketSegment to || examined.GetObject() is not PacketSegment examinedTo)
        {
            throw new InvalidOperationException("The position is not one of what was read last.");
        }

        var offset = consumed.GetInteger();
        _isExamined = examinedTo == _tail && examined.GetInteger() == _tail.Memory.Length;
        while (_head != to)
        {
            RemoveHead();
            if (_head is null)
            {
                throw new InvalidOperationException("The position is not one of what was read last.");
            }
        }

        _headOffset = offset;
        if (_headOffset == _head.Memory.Length)
        {
            RemoveHead();
        }
    }

    public override void CancelPendingRead() => packets.InterruptReceive();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        while (_head is not null)
        {
            RemoveHead();
        }

        packets.StopReading();
    }

    private ReadResult Result(bool isCanceled) => new(
        _head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_head, _headOffset, _tail!, _tail!.Memory.Length),
        isCanceled,
        _atEnd);

    /// <summary>False for an empty packet, which is nothing to read.</summary>
    private bool Append(UdpackPacket packet)
    {
        if (packet.Length == 0)
        {
            packet.Dispose();
            return false;
        }

        var segment = _spare ?? new PacketSegment();
        _spare = null;
        segment.Begin(packet, _tail);
        _tail = segment;
        _head ??= segment;
        _isExamined = false;
        return true;
    }

    private void RemoveHead()
    {
        var head = _head!;
        _head = head.NextSegment;
        _headOffset = 0;
        _tail = _head is null ? null : _tail;
        head.End();
        _spare = head;
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("Reading is not allowed after the reader was completed.");
        }
    }
}
