using System.Buffers;
using UDPack;

namespace FileTransfer.Files;

/// <summary>Sends a file's bytes: packets of 64 KiB, and the end.</summary>
internal static class FileSender
{
    private const int PacketBytes = 1 << 16;

    /// <param name="file">Sent from its position to its end.</param>
    /// <param name="stream">Whose writes are complete afterwards.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="onSent">Called with the number of bytes of each packet.</param>
    /// <param name="cancellationToken">Ends it in the middle.</param>
    public static async Task SendAsync(Stream file, UdpackStream stream, Pace pace, Action<int> onSent, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PacketBytes);
        try
        {
            int read;
            while ((read = await file.ReadAsync(buffer.AsMemory(0, PacketBytes), cancellationToken)) > 0)
            {
                // Waits while the network, or the receiver's disk, is slower than this disk.
                await stream.SendAsync(buffer.AsMemory(0, read), cancellationToken);
                onSent(read);
                await pace.WaitAsync(read, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        stream.CompleteWrites();
    }
}
