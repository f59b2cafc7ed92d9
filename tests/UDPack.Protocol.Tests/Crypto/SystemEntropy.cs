using System.Security.Cryptography;

namespace UDPack.Protocol.Tests.Crypto;

internal sealed class SystemEntropy : Entropy
{
    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public override ECDiffieHellman CreateP256Key() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
