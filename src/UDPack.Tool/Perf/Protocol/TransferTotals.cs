namespace UDPack.Tool.Perf.Protocol;

/// <summary>All that went one way.</summary>
/// <param name="Packets">Packets or messages.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Seconds">From the start until the last of them.</param>
internal readonly record struct TransferTotals(long Packets, long Bytes, double Seconds);
