using System.Buffers.Binary;
using UDPack;
using UDPack.Hosting;

namespace Telemetry.Server;

/// <summary>Takes the readings of one device, and tells it how far they have arrived. There is one handler per session.</summary>
internal sealed partial class DeviceHandler(Fleet fleet, FleetMetrics metrics, ILogger<DeviceHandler> logger) : UdpackPacketHandler
{
    /// <summary>What a device that sends nonsense hears. Applications have the codes from 256 on for themselves.</summary>
    private const ushort NotAReading = 256;

    private readonly byte[] _answer = new byte[sizeof(uint)];
    private DeviceSession? _device;

    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        _device = fleet.Add(session);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        if (Reading.Parse(packet.Span) is not { } reading)
        {
            LogNonsense(session.Id, packet.Length);
            session.Abort(NotAReading);
            return ValueTask.CompletedTask;
        }

        using var span = metrics.OnReading(reading);
        fleet.OnReading(_device!, reading);
        BinaryPrimitives.WriteUInt32LittleEndian(_answer, reading.Sequence);
        return session.SendAsync(_answer, cancellationToken);
    }

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        fleet.Remove(_device!);
        LogLeft(_device!.Last?.DeviceName ?? "a device without a reading", reason.Cause);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Debug, "{Device} left: {Cause}")]
    private partial void LogLeft(string device, SessionEndCause cause);

    [LoggerMessage(2, LogLevel.Warning, "session {Session:x8} sent {Bytes} bytes that are no reading")]
    private partial void LogNonsense(uint session, int bytes);
}
