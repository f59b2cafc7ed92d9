using System.Security.Cryptography;

namespace UDPack.Protocol;

/// <summary>Where random bytes and fresh keys come from; passed in, so that a simulation can repeat itself.</summary>
internal abstract class Entropy
{
    /// <summary>Fills all of <paramref name="destination"/> with random bytes.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>Makes a fresh P-256 key; the caller disposes it.</summary>
    public abstract ECDiffieHellman CreateP256Key();
}
