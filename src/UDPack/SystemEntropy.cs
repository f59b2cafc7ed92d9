using System.Security.Cryptography;
using UDPack.Protocol;

namespace UDPack;

/// <summary>The platform's random numbers and keys. Thread-safe.</summary>
internal sealed class SystemEntropy : Entropy
{
    public static SystemEntropy Instance { get; } = new();

    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public override ECDiffieHellman CreateP256Key() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
