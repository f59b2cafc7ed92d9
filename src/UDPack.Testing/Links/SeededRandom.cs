namespace UDPack.Testing.Links;

/// <summary>SplitMix64: small, fast, and the same numbers on every platform and version of .NET.</summary>
internal struct SeededRandom(ulong seed)
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private ulong _state = seed;

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    public ulong Next() => Mix(_state += Golden);

    /// <summary>0 to less than <paramref name="bound"/>.</summary>
    public long Next(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>True with this probability. Draws nothing if it is 0, so that conditions not in use change no trace.</summary>
    public bool Happens(double probability) => probability > 0 && (Next() >> 11) * (1.0 / (1UL << 53)) < probability;
}
