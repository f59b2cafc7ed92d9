namespace UDPack.Protocol.Delivery;

/// <summary>What a packet counts against credit: its bytes and a share of the bookkeeping, so that tiny packets are not free.</summary>
internal static class Cost
{
    public const int PerPacket = 64;

    public static long Of(int packetLength) => packetLength + (long)PerPacket;
}
