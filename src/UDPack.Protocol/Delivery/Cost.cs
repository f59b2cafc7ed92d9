namespace UDPack.Protocol.Delivery;

/// <summary>
/// What a packet counts against credit: its bytes, and what it takes to keep it, so that tiny packets are not free. Chosen so that
/// whatever way a packet arrives it holds at most twice as much memory: see <see cref="IncomingPacket"/>.
/// </summary>
internal static class Cost
{
    public const int PerPacket = 256;

    private const int PerQueued = 64;

    public static long Of(int packetLength) => packetLength + (long)PerPacket;

    /// <summary>What a packet or message counts in a queue of this side's own, whose bound is the application's and no matter of memory alone.</summary>
    public static long InQueue(int packetLength) => packetLength + (long)PerQueued;
}
