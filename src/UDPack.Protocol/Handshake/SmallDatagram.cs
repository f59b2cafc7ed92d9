using System.Runtime.CompilerServices;

namespace UDPack.Protocol.Handshake;

/// <summary>A datagram of at most 64 bytes by value: a retry, a refusal or a clear goaway waiting to be sent.</summary>
internal struct SmallDatagram
{
    public const int MaxSize = 64;

    private Bytes _bytes;
    private byte _length;

    public NetworkPath Path { get; private set; }

    public readonly int Length => _length;

    public static SmallDatagram Create(in NetworkPath path, ReadOnlySpan<byte> content)
    {
        var datagram = new SmallDatagram { Path = path, _length = (byte)content.Length };
        content.CopyTo(datagram._bytes);
        return datagram;
    }

    public readonly void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes)[.._length].CopyTo(destination);

    [InlineArray(MaxSize)]
    private struct Bytes
    {
        private byte _first;
    }
}
