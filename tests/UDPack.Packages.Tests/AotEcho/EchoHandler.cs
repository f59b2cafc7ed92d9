using UDPack;
using UDPack.Hosting;

namespace AotEcho;

/// <summary>Sends every packet back.</summary>
internal sealed class EchoHandler : UdpackPacketHandler
{
    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        session.SendAsync(packet, cancellationToken);
}
