namespace UDPack.Streams;

/// <summary>A stream's packets as bytes.</summary>
internal sealed class PacketStream(UdpackStream packets) : Stream
{
    /// <summary>One write becomes packets of at most this size: large enough to cost little each, small enough to be taken soon.</summary>
    private const int LargestWrite = 64 * 1024;

    private UdpackPacket _current;
    private int _offset;
    private bool _atEnd;
    private bool _hasCurrent;
    private bool _isDisposed;

    public override bool CanRead => !_isDisposed;

    public override bool CanWrite => !_isDisposed;

    public override bool CanSeek => false;

    public override bool CanTimeout => false;

    public override long Length => throw new NotSupportedException("The length of a network stream is not known.");

    public override long Position
    {
        get => throw new NotSupportedException("A network stream has no position.");
        set => throw new NotSupportedException("A network stream has no position.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.Length > 0)
        {
            while (!_hasCurrent && !_atEnd)
            {
                var packet = await packets.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                Begin(packet);
            }
        }

        return _atEnd ? 0 : Take(buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        if (buffer.Length > 0)
        {
            while (!_hasCurrent && !_atEnd)
            {
                Begin(packets.TryReceive(out var packet) ? packet : packets.ReceiveAsync().AsTask().GetAwaiter().GetResult());
            }
        }

        return _atEnd ? 0 : Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    // The base class lets one begun operation wait for the other, and the write that a read waits for would never begin.
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        packets.ThrowIfWritesEnded();
        var largest = Math.Min(LargestWrite, packets.MaxPacketBytes);
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(largest, buffer.Length);
            await packets.SendAsync(buffer[..length], cancellationToken).ConfigureAwait(false);
            buffer = buffer[length..];
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfDisposed();
        packets.ThrowIfWritesEnded();
        var largest = Math.Min(LargestWrite, packets.MaxPacketBytes);
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(largest, buffer.Length);
            if (!packets.TrySend(buffer[..length]))
            {
                packets.SendAsync(buffer[..length].ToArray()).AsTask().GetAwaiter().GetResult();
            }

            buffer = buffer[length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    /// <summary>Every write is on its way already.</summary>
    public override void Flush() => ThrowIfDisposed();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A network stream cannot seek.");

    public override void SetLength(long value) => throw new NotSupportedException("A network stream has no length.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            DropCurrent();

            // Completes without waiting.
            _ = packets.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    private void Begin(UdpackPacket packet)
    {
        if (packet.IsEnd)
        {
            _atEnd = true;
        }
        else if (packet.Length == 0)
        {
            // An empty packet is no end: bytes go on behind it.
            packet.Dispose();
        }
        else
        {
            _current = packet;
            _offset = 0;
            _hasCurrent = true;
        }
    }

    private int Take(Span<byte> buffer)
    {
        if (!_hasCurrent)
        {
            return 0;
        }

        var rest = _current.Span[_offset..];
        var length = Math.Min(rest.Length, buffer.Length);
        rest[..length].CopyTo(buffer);
        _offset += length;
        if (_offset == _current.Length)
        {
            DropCurrent();
        }

        return length;
    }

    private void DropCurrent()
    {
        if (_hasCurrent)
        {
            _hasCurrent = false;
            _current.Dispose();
            _current = default;
        }
    }
}
