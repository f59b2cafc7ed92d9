namespace UDPack.Protocol.Congestion;

/// <summary>RFC 9002 §7.2.</summary>
internal static class InitialWindow
{
    public static long Of(int datagramSize) => Math.Min(10L * datagramSize, Math.Max(14_720, 2L * datagramSize));
}
