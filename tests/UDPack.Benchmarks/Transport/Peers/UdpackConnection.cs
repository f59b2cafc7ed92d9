using System.Buffers;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>One session. All channels share its ordered packets, the channel in front of each.</summary>
internal sealed class UdpackConnection(UdpackSession session) : IMessageConnection
{
    /// <summary>A message and its channel fit one packet of 1,156 bytes.</summary>
    public const int MaxMessageBytes = 1_155;

    public long? Retransmits => session.GetStatistics().DatagramsLost;

    public async ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false)
    {
        var packet = ArrayPool<byte>.Shared.Rent(1 + message.Length);
        packet[0] = (byte)channel;
        message.CopyTo(packet.AsMemory(1));
        try
        {
            await session.SendAsync(packet.AsMemory(0, 1 + message.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packet);
        }
    }

    /// <summary>Handles what comes until the session ends.</summary>
    public async Task ReadAsync(MessageHandler handler)
    {
        try
        {
            while (true)
            {
                using var packet = await session.ReceiveAsync();
                await handler(packet.Span[0], packet.Memory[1..]);
            }
        }
        catch (UdpackException)
        {
            // The client cuts sessions off when their time is over.
        }
    }

    public ValueTask DisposeAsync()
    {
        session.Abort();
        return default;
    }
}
