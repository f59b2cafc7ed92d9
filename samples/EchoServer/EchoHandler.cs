using Microsoft.Extensions.Logging;
using UDPack;
using UDPack.Hosting;

namespace EchoServer;

/// <summary>Sends every packet back to where it came from.</summary>
internal sealed partial class EchoHandler(ILogger<EchoHandler> logger) : UdpackPacketHandler
{
    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        LogConnected(session.Id, session.User?.Identity?.Name);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        session.SendAsync(packet, cancellationToken);

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        LogEnded(session.Id, reason.Cause);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Information, "session {Session:x8} of {User} is ready")]
    private partial void LogConnected(uint session, string? user);

    [LoggerMessage(2, LogLevel.Information, "session {Session:x8} ended: {Cause}")]
    private partial void LogEnded(uint session, SessionEndCause cause);
}
