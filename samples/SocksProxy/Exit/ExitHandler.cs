using Microsoft.Extensions.Logging;
using SocksProxy.Socks;
using UDPack;
using UDPack.Hosting;

namespace SocksProxy.Exit;

/// <summary>
/// Serves the streams of a local side. The first packet of a stream is its target, the first packet back is how connecting went, and
/// then the bytes go both ways.
/// </summary>
internal sealed partial class ExitHandler(TargetConnector connector, ILogger<ExitHandler> logger) : UdpackPacketHandler
{
    /// <summary>What a local side that sends no target hears. Applications have the codes from 256 on for themselves.</summary>
    private const ushort NotATarget = 256;

    /// <summary>Everything is in streams; a session's own packets say nothing here.</summary>
    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        session.Abort(NotATarget);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken)
    {
        Target? target;
        using (var first = await stream.ReceiveAsync(cancellationToken))
        {
            target = Target.Parse(first.Span);
        }

        if (target is null)
        {
            stream.Abort(NotATarget);
            return;
        }

        var (reply, socket) = await connector.ConnectAsync(target, cancellationToken);
        LogConnected(target, reply);
        using (socket)
        {
            await stream.SendAsync(new[] { (byte)reply }, cancellationToken);
            if (socket is not null)
            {
                await Relay.RunAsync(socket, stream, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Target}: {Reply}")]
    private partial void LogConnected(Target target, SocksReply reply);
}
