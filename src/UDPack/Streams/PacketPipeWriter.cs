using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;

namespace UDPack.Streams;

/// <summary>A pipe into a stream: its memory are the buffers that are sent, each as one packet.</summary>
internal sealed class PacketPipeWriter(UdpackStream packets) : PipeWriter
{
    private const int SmallestBuffer = 4 * 1024;
    private const int LargestBuffer = 64 * 1024;

    private readonly int _largest = Math.Min(LargestBuffer, packets.MaxPacketBytes);
    private readonly Lock _gate = new();

    // Full ones, that wait for the next flush; behind them the one that is being written.
    private RingQueue<PacketBuffer> _full;
    private PacketBuffer? _current;
    private int _written;
    private long _unflushed;
    private CancellationTokenSource? _cancel;
    private bool _waits;
    private bool _cancelNext;
    private bool _isCompleted;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ThrowIfCompleted();
        if (_current is not null && RoomIn(_current) >= Math.Max(1, sizeHint))
        {
            return _current.Array.AsMemory(_written, RoomIn(_current));
        }

        Seal();

        // Who writes much before a flush gets larger buffers.
        var size = Math.Min(_largest, SmallestBuffer << Math.Min(_full.Count, 8));
        _current = packets.Session.Buffers.Rent(Math.Max(sizeHint, size));
        return _current.Array.AsMemory(0, Math.Max(sizeHint, RoomIn(_current)));
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_current?.Array.Length ?? 0) - _written);
        _written += bytes;
        _unflushed += bytes;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfCompleted();
        if (TakeCancellation())
        {
            return new FlushResult(isCanceled: true, isCompleted: false);
        }

        Seal();
        if (_full.Count == 0)
        {
            // With nothing to send, too, the application hears that nobody takes it any more.
            packets.ThrowIfWritesEnded();
        }

        while (_full.TryPeek(out var packet))
        {
            // Read first: once it is accepted it belongs to others.
            var length = packet.Length;
            if (!packets.TrySend(packet) && !await SendWhenThereIsRoomAsync(packet, cancellationToken).ConfigureAwait(false))
            {
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            _full.DropHead();
            _unflushed -= length;
        }

        return default;
    }

    public override void CancelPendingFlush()
    {
        lock (_gate)
        {
            _cancelNext = !_waits;
            if (_waits)
            {
                _cancel!.Cancel();
            }
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        Seal();
        _isCompleted = true;
        if (exception is not null)
        {
            packets.AbortWith(StreamAbortCode.Cancelled);
        }

        while (_full.TryDequeue(out var packet))
        {
            packets.SendLast(packet);
        }

        _unflushed = 0;
        _cancel?.Dispose();
        packets.CompleteWrites();
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        try
        {
            if (exception is null && !_isCompleted)
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            Complete(exception);
        }
    }

    /// <summary>False if the wait was cancelled by <see cref="CancelPendingFlush"/>; then the packet is still here.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendWhenThereIsRoomAsync(PacketBuffer packet, CancellationToken cancellationToken)
    {
        CancellationTokenSource cancel;
        lock (_gate)
        {
            if (_cancelNext)
            {
                _cancelNext = false;
                return false;
            }

            cancel = _cancel ??= new CancellationTokenSource();
            _waits = true;
        }

        try
        {
            using var linked = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), cancel);
            await packets.SendAsync(packet, cancel.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
        finally
        {
            lock (_gate)
            {
                _waits = false;
                if (!cancel.TryReset())
                {
                    _cancel = null;
                    cancel.Dispose();
                }
            }
        }
    }

    /// <summary>A packet is no larger than the peer accepts, even if someone asked for more memory at once.</summary>
    private int RoomIn(PacketBuffer buffer) => Math.Min(_largest, buffer.Array.Length) - _written;

    /// <summary>What was written becomes packets.</summary>
    private void Seal()
    {
        if (_current is not { } current)
        {
            return;
        }

        var written = _written;
        _current = null;
        _written = 0;
        if (written > 0 && written <= _largest)
        {
            current.Length = written;
            _full.Enqueue(current);
            return;
        }

        for (var offset = 0; offset < written; offset += _largest)
        {
            var part = packets.Session.Buffers.Rent(Math.Min(_largest, written - offset));
            current.Array.AsSpan(offset, part.Length).CopyTo(part.Span);
            _full.Enqueue(part);
        }

        current.Release();
    }

    private bool TakeCancellation()
    {
        lock (_gate)
        {
            var cancelled = _cancelNext;
            _cancelNext = false;
            return cancelled;
        }
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("Writing is not allowed after the writer was completed.");
        }
    }
}
