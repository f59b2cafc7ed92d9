using Microsoft.Extensions.Logging;
using UDPack;
using UDPack.Hosting;

namespace EchoServer;

/// <summary>Sends everything back the way it came: packets on the session, those of a stream on that stream, messages as messages, values of keys under their key.</summary>
internal sealed partial class EchoHandler(ILogger<EchoHandler> logger) : UdpackPacketHandler
{
    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        LogConnected(session.Id, session.User?.Identity?.Name);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        session.SendAsync(packet, cancellationToken);

    protected override async ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken)
    {
        // The client chose the stream's mode, for both directions. The stream ends when the client has completed its writes.
        await foreach (var packet in stream.ReadAllAsync(cancellationToken))
        {
            using (packet)
            {
                // Of a packet that was given up at its deadline nothing arrived.
                if (!packet.IsSkipped)
                {
                    await stream.SendAsync(packet.Memory, cancellationToken);
                }
            }
        }
    }

    protected override ValueTask OnDatagramAsync(UdpackSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            session.SendDatagram(message.Span);
        }
        catch (UdpackException exception) when (exception.Error == UdpackError.PacketTooLarge)
        {
            // The way back may take less than the way here; a message may be lost.
            LogTooLarge(session.Id, message.Length, session.MaxDatagramBytes);
        }

        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnSequencedAsync(UdpackSession session, int lane, long number, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            session.SendSequenced(lane, message.Span);
        }
        catch (UdpackException exception) when (exception.Error == UdpackError.PacketTooLarge)
        {
            LogTooLarge(session.Id, message.Length, session.MaxSequencedBytes);
        }

        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnLatestAsync(UdpackSession session, uint key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        session.SendLatest(key, value.Span);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        LogEnded(session.Id, reason.Cause);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Information, "session {Session:x8} of {User} is ready")]
    private partial void LogConnected(uint session, string? user);

    [LoggerMessage(2, LogLevel.Information, "session {Session:x8} ended: {Cause}")]
    private partial void LogEnded(uint session, SessionEndCause cause);

    [LoggerMessage(4, LogLevel.Debug, "session {Session:x8}: no echo of a message of {Length} bytes, the way back takes {MaxDatagramBytes}")]
    private partial void LogTooLarge(uint session, int length, int maxDatagramBytes);
}
