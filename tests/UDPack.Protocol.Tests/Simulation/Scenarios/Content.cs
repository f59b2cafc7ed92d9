using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>Bytes that a key determines: what arrives can be checked without keeping what was sent.</summary>
internal static class Content
{
    public static void Fill(Span<byte> destination, ulong key)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(destination);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Mix(key + (ulong)i);
        }

        var rest = destination[(words.Length * sizeof(ulong))..];
        Tail(key, words.Length)[..rest.Length].CopyTo(rest);
    }

    public static bool IsFrom(ReadOnlySpan<byte> content, ulong key)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] != Mix(key + (ulong)i))
            {
                return false;
            }
        }

        var rest = content[(words.Length * sizeof(ulong))..];
        return rest.SequenceEqual(Tail(key, words.Length).AsSpan(0, rest.Length));
    }

    /// <summary>Spreads a number over 64 bits (SplitMix64's step).</summary>
    public static ulong Mix(ulong x)
    {
        x *= 0x9E37_79B9_7F4A_7C15;
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }

    private static byte[] Tail(ulong key, int word)
    {
        var tail = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(tail, Mix(key + (ulong)word));
        return tail;
    }
}
