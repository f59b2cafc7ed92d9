using System.Buffers.Binary;
using System.Security.Cryptography;
using UDPack.Protocol;
using UDPack.Testing.Links;

namespace UDPack.Testing.Sockets;

/// <summary>
/// Repeatable ids, cookies and jitter. Keys are the platform's, which takes no seed: they change what datagrams contain,
/// not when they are sent or how long they are. Thread-safe.
/// </summary>
internal sealed class SeededEntropy(ulong seed) : Entropy
{
    private readonly Lock _gate = new();
    private SeededRandom _random = new(seed);

    public override void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[sizeof(ulong)];
        lock (_gate)
        {
            while (!destination.IsEmpty)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(block, _random.Next());
                var part = Math.Min(destination.Length, block.Length);
                block[..part].CopyTo(destination);
                destination = destination[part..];
            }
        }
    }

    public override ECDiffieHellman CreateP256Key() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
