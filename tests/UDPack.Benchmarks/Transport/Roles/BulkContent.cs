using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>
/// Messages whose receiver can tell whether each is whole and in its place: a number, a CRC-32C of number and content, content. The CRC uses the
/// processor's instruction, so that checking costs little beside any transport.
/// </summary>
internal sealed class BulkContent
{
    private const int CrcOffset = sizeof(long);
    private const int HeaderBytes = CrcOffset + sizeof(uint);

    private readonly byte[] _message;
    private readonly byte[] _pattern;
    private long _next;

    public BulkContent(int size)
    {
        _message = new byte[size];
        _pattern = new byte[2 * size];
        new Random(1).NextBytes(_pattern);
    }

    /// <summary>The next message, valid until the one after it is made.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        BinaryPrimitives.WriteInt64LittleEndian(_message, _next);
        _pattern.AsSpan((int)(_next % _message.Length), _message.Length - HeaderBytes).CopyTo(_message.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(_message.AsSpan(CrcOffset), Crc(_next, _message.AsSpan(HeaderBytes)));
        _next++;
        return _message;
    }

    /// <summary>Whether this is message <paramref name="number"/> as it was sent.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> message, long number) =>
        message.Length >= HeaderBytes &&
        BinaryPrimitives.ReadInt64LittleEndian(message) == number &&
        BinaryPrimitives.ReadUInt32LittleEndian(message[CrcOffset..]) == Crc(number, message[HeaderBytes..]);

    private static uint Crc(long number, ReadOnlySpan<byte> content)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)number);
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in content[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
