using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Repeatable bytes from a seed; keys come from a list, or are as repeatable.</summary>
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

    public override ECDiffieHellman CreateP256Key()
    {
        if (_keys.TryDequeue(out var key))
        {
            return key;
        }

        // Below the group's order in all but one of 2^32 cases: its first four bytes are ones.
        var secret = new byte[32];
        Fill(secret);
        return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
    }
}
