using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Repeatable bytes from a seed; keys, which the platform draws itself, are real ones or come from a list.</summary>
internal sealed class TestEntropy(int seed, params ECDiffieHellman[] keys) : Entropy
{
    private readonly Queue<ECDiffieHellman> _keys = new(keys);
    private readonly byte[] _block = new byte[32];
    private long _counter;

    public override void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[12];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteInt32BigEndian(input, seed);
            BinaryPrimitives.WriteInt64BigEndian(input[4..], _counter++);
            SHA256.HashData(input, _block);
            var part = Math.Min(destination.Length, _block.Length);
            _block.AsSpan(0, part).CopyTo(destination);
            destination = destination[part..];
        }
    }

    public override ECDiffieHellman CreateP256Key() =>
        _keys.TryDequeue(out var key) ? key : ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
