namespace UDPack.Protocol.Delivery;

/// <summary>Packet ids are 32 bits of a count that starts at 1 and never ends, read relative to what is expected next.</summary>
internal static class PacketIds
{
    /// <summary>The full count whose low 32 bits are <paramref name="id"/> and which lies nearest to <paramref name="expected"/>; negative for before the start.</summary>
    public static long Expand(uint id, long expected) => expected + (int)(id - (uint)expected);
}
