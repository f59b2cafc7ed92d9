using System.Security.Cryptography;

namespace UDPack.Protocol.Tests.Docs;

/// <summary>Bytes and keys from lists, in the order in which an endpoint asks for them; zeros once the bytes are used up.</summary>
internal sealed class FixedEntropy(IEnumerable<byte[]> fills, IEnumerable<ECDiffieHellman> keys) : Entropy
{
    private readonly Queue<byte[]> _fills = new(fills);
    private readonly Queue<ECDiffieHellman> _keys = new(keys);

    public override void Fill(Span<byte> destination)
    {
        destination.Clear();
        if (_fills.TryDequeue(out var bytes))
        {
            bytes.CopyTo(destination);
        }
    }

    public override ECDiffieHellman CreateP256Key() => _keys.Dequeue();
}
