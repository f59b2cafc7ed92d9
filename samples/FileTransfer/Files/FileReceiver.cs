using UDPack;

namespace FileTransfer.Files;

/// <summary>Receives what a part lacks.</summary>
internal static class FileReceiver
{
    /// <param name="stream">From which packets come until its end.</param>
    /// <param name="part">To which they are added.</param>
    /// <param name="size">How long it is then.</param>
    /// <param name="onReceived">Called with the number of bytes of each packet.</param>
    /// <param name="cancellationToken">Ends it in the middle; what arrived stays.</param>
    /// <exception cref="InvalidDataException">The end comes too soon or not in time.</exception>
    /// <exception cref="UdpackException">The stream was aborted, or the session has ended; what arrived stays.</exception>
    public static async Task ReceiveAsync(UdpackStream stream, PartFile part, long size, Action<int> onReceived, CancellationToken cancellationToken)
    {
        await foreach (var packet in stream.ReadAllAsync(cancellationToken))
        {
            using (packet)
            {
                if (packet.Length > size - part.Length)
                {
                    throw new InvalidDataException("More bytes came than were announced.");
                }

                // The next packet is taken when this one is written: a slow disk slows the sender, and no memory fills.
                await part.AppendAsync(packet.Memory, cancellationToken);
                onReceived(packet.Length);
            }
        }

        if (part.Length != size)
        {
            throw new InvalidDataException("Fewer bytes came than were announced.");
        }
    }
}
