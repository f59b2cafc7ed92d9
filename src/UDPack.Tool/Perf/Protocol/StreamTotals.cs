namespace UDPack.Tool.Perf.Protocol;

/// <summary>All that went one way on one stream. Both ends must come to the same.</summary>
/// <param name="Packets">How many packets.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Digest">A hash of their lengths and contents, in order.</param>
internal readonly record struct StreamTotals(long Packets, long Bytes, ulong Digest);
