using System.Buffers.Binary;
using System.Net.Sockets;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>Messages over a byte stream: each with its length and channel in front, all in the one order the stream has.</summary>
internal sealed class FramedConnection(Socket socket, Stream stream) : IMessageConnection
{
    private const int HeaderBytes = 5;
    private const int BufferBytes = 256 * 1024;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly byte[] _unsent = new byte[BufferBytes];
    private int _unsentLength;
    private int _isDisposed;

    public long? Retransmits => TcpOptions.GetRetransmits(socket);

    public async ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false)
    {
        await _gate.WaitAsync();
        try
        {
            var length = HeaderBytes + message.Length;
            if (_unsentLength + length > _unsent.Length)
            {
                await WriteAsync();
            }

            var frame = _unsent.AsSpan(_unsentLength, length);
            BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
            frame[HeaderBytes - 1] = (byte)channel;
            message.Span.CopyTo(frame[HeaderBytes..]);
            _unsentLength += length;
            if (!more)
            {
                await WriteAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Handles what comes until the connection ends, by either side.</summary>
    public async Task ReadAsync(MessageHandler handler)
    {
        var buffer = new byte[BufferBytes];
        var length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length)) is var read and > 0)
            {
                length += read;
                var start = 0;
                while (length - start >= HeaderBytes &&
                    BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start)) is var size && length - start - HeaderBytes >= size)
                {
                    await handler(buffer[start + HeaderBytes - 1], buffer.AsMemory(start + HeaderBytes, size));
                    start += HeaderBytes + size;
                }

                if (start > 0)
                {
                    buffer.AsSpan(start, length - start).CopyTo(buffer);
                    length -= start;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The client cuts connections off when their time is over.
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            // What is still on its way is of no interest.
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        return default;
    }

    private async ValueTask WriteAsync()
    {
        var length = _unsentLength;
        _unsentLength = 0;
        await stream.WriteAsync(_unsent.AsMemory(0, length));
    }
}
