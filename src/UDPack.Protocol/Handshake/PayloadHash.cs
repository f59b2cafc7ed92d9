using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace UDPack.Protocol.Handshake;

/// <summary>SHA-256 of a shakehand's payload, as a value to look up.</summary>
internal readonly record struct PayloadHash(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = SHA256.HashSizeInBytes;

    public static PayloadHash Of(ReadOnlySpan<byte> payload)
    {
        Span<PayloadHash> hash = stackalloc PayloadHash[1];
        SHA256.HashData(payload, MemoryMarshal.AsBytes(hash));
        return hash[0];
    }

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);
}
