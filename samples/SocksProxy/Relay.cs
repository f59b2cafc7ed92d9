using System.Buffers;
using System.Net.Sockets;
using UDPack;

namespace SocksProxy;

/// <summary>Copies between a TCP connection and a UDPack stream, both ways at once, until both ways have ended.</summary>
internal static class Relay
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>The end of one way is passed on and leaves the other open. When either side breaks, the other one breaks, too.</summary>
    public static async Task RunAsync(Socket socket, UdpackStream stream, CancellationToken cancellationToken)
    {
        await Task.WhenAll(GuardAsync(ToStreamAsync(socket, stream, cancellationToken)), GuardAsync(ToSocketAsync(stream, socket, cancellationToken)));

        async Task GuardAsync(Task way)
        {
            try
            {
                await way;
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // The other way waits on one of the two; both hear of it: the stream as an abort, TCP as a reset.
                stream.Abort();
                socket.Close(timeout: 0);
            }
        }
    }

    private static async Task ToStreamAsync(Socket socket, UdpackStream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            // A send waits while the stream's buffer is full, and so TCP's sender is slowed down.
            while (await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var received)
            {
                await stream.SendAsync(buffer.AsMemory(0, received), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        stream.CompleteWrites();
    }

    private static async Task ToSocketAsync(UdpackStream stream, Socket socket, CancellationToken cancellationToken)
    {
        await foreach (var packet in stream.ReadAllAsync(cancellationToken))
        {
            using (packet)
            {
                for (var rest = packet.Memory; !rest.IsEmpty;)
                {
                    rest = rest[await socket.SendAsync(rest, cancellationToken)..];
                }
            }
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
