using System.Runtime.InteropServices;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>
/// Pseudo-random bytes, made once. Packets are windows of it that move on from packet to packet, so that content costs nothing
/// while data is sent, and yet neighbouring packets differ. Immutable.
/// </summary>
internal sealed class ContentBlock
{
    // A power of two, so that steps of an odd size visit every offset before one comes again.
    private const int Offsets = 64 * 1024;
    private const int Step = 4099;

    private readonly byte[] _bytes;

    /// <param name="seed">The same seed makes the same bytes.</param>
    /// <param name="maxPacketBytes">The largest packet to be taken.</param>
    public ContentBlock(ulong seed, int maxPacketBytes)
    {
        _bytes = new byte[(maxPacketBytes + Offsets + 7) & ~7];
        var state = seed;
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(_bytes.AsSpan()))
        {
            word = SplitMix(ref state);
        }
    }

    /// <summary>The content of one packet of one stream.</summary>
    public ReadOnlyMemory<byte> Packet(int stream, long number, int length)
    {
        var start = ((uint)stream * 7919) + (ulong)number;
        return _bytes.AsMemory((int)((start * Step) % Offsets), length);
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
