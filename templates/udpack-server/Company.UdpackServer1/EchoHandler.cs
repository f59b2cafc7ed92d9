using Microsoft.Extensions.Logging;
using UDPack;
using UDPack.Hosting;

namespace Company.UdpackServer1;

/// <summary>One session with a client: sends every packet back. Each session has its own instance and scope.</summary>
public sealed partial class EchoHandler(ILogger<EchoHandler> logger) : UdpackPacketHandler
{
    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        LogConnected(session.RemoteEndPoint.ToString());
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        session.SendAsync(packet, cancellationToken);

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        LogDisconnected(session.RemoteEndPoint.ToString(), reason.Cause);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "{Client} is connected")]
    private partial void LogConnected(string client);

    [LoggerMessage(LogLevel.Information, "{Client} is gone: {Cause}")]
    private partial void LogDisconnected(string client, SessionEndCause cause);
}
