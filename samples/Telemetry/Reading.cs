using System.Buffers.Binary;

namespace Telemetry;

/// <summary>What a device reports, one packet each. The rest of the packet is whatever the device measured besides.</summary>
/// <param name="Device">The device's number.</param>
/// <param name="Sequence">Counts the readings since the device was switched on.</param>
/// <param name="Temperature">In degrees Celsius.</param>
/// <param name="Battery">From 0 to 1.</param>
internal sealed record Reading(int Device, uint Sequence, float Temperature, float Battery)
{
    public const int HeaderBytes = 16;

    public string DeviceName => NameOf(Device);

    public static string NameOf(int device) => $"device-{device:D4}";

    public static Reading? Parse(ReadOnlySpan<byte> packet) => packet.Length < HeaderBytes
        ? null
        : new Reading(
            BinaryPrimitives.ReadInt32LittleEndian(packet),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]),
            BinaryPrimitives.ReadSingleLittleEndian(packet[8..]),
            BinaryPrimitives.ReadSingleLittleEndian(packet[12..]));

    public void Write(Span<byte> packet)
    {
        BinaryPrimitives.WriteInt32LittleEndian(packet, Device);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[4..], Sequence);
        BinaryPrimitives.WriteSingleLittleEndian(packet[8..], Temperature);
        BinaryPrimitives.WriteSingleLittleEndian(packet[12..], Battery);
    }
}
