namespace UDPack;

/// <summary>Makes AEADs by algorithm, so that a faster provider can take the place of the platform's.</summary>
/// <remarks>Used from many threads at once. An AEAD it made is used by one thread at a time.</remarks>
public interface ICipherFactory
{
    /// <summary>Whether <see cref="Create"/> can make this algorithm here.</summary>
    bool IsSupported(CipherAlgorithm algorithm);

    /// <summary>Makes an AEAD; <paramref name="key"/> has the algorithm's size and is not valid after the call.</summary>
    DatagramCipher Create(CipherAlgorithm algorithm, ReadOnlySpan<byte> key);
}
