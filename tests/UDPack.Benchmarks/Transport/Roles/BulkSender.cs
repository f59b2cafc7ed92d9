using UDPack.Benchmarks.Transport.Peers;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>Keeps the bulk channel of a connection full.</summary>
internal static class BulkSender
{
    // Messages told to follow each other at once. A large one does not wait for a second.
    private const int BatchBytes = 32 * 1024;

    /// <summary>Sends until the time is over. A send may then wait forever: only the end of the connection ends it.</summary>
    public static async Task RunAsync(IMessageConnection connection, int size, long untilMicros)
    {
        var content = new BulkContent(size);
        var batch = Math.Max(1, BatchBytes / size);
        while (Clock.Micros < untilMicros)
        {
            for (var left = batch - 1; left >= 0; left--)
            {
                await connection.SendAsync(Channels.Bulk, content.Next(), more: left > 0);
            }

            // The pool of a process on one core has one thread: a sender that never has to wait must not keep it.
            await Task.Yield();
        }
    }

    /// <summary>Waits for a sender whose connection was just cut off.</summary>
    public static async Task EndAsync(Task sender)
    {
        try
        {
            await sender;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // Cut off in the middle of a send.
        }
    }
}
