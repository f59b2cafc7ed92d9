using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Handshake;

/// <summary>
/// Makes and checks the cookies by which clients prove their address under load (wire protocol §7): a time and a MAC, so
/// that the server remembers nothing. Used by one thread at a time.
/// </summary>
internal sealed class RetryCookies(Entropy entropy) : IDisposable
{
    public const int CookieSize = TimeSize + MacSize;
    public const long LifetimeMicros = 15_000_000;
    public const long RotationMicros = 120_000_000;

    private const int TimeSize = 8;
    private const int MacSize = 16;
    private const int KeySize = 32;
    private const int HashSize = 32;
    private const int MaxEndpoint = 128;

    private readonly byte[] _current = new byte[KeySize];
    private readonly byte[] _previous = new byte[KeySize];
    private long _rotatedAt;
    private bool _hasCurrent;
    private bool _hasPrevious;

    /// <summary>Writes a cookie and returns its length, <see cref="CookieSize"/>.</summary>
    public int Create(
        long nowMicros, ReadOnlySpan<byte> endpointBytes, ushort clientId, ReadOnlySpan<byte> payloadHash, Span<byte> cookie)
    {
        if (!_hasCurrent || nowMicros - _rotatedAt >= RotationMicros)
        {
            Rotate(nowMicros);
        }

        BinaryPrimitives.WriteInt64BigEndian(cookie, nowMicros);
        Mac(_current, cookie[..TimeSize], endpointBytes, clientId, payloadHash, cookie.Slice(TimeSize, MacSize));
        return CookieSize;
    }

    /// <summary>Whether this server made the cookie for this shakehand from this endpoint in the last 15 s.</summary>
    public bool Validate(
        long nowMicros,
        ReadOnlySpan<byte> endpointBytes,
        ushort clientId,
        ReadOnlySpan<byte> payloadHash,
        ReadOnlySpan<byte> cookie)
    {
        if (cookie.Length != CookieSize)
        {
            return false;
        }

        // The time is no secret, so what it decides need not take constant time; only the MAC is compared so.
        var time = BinaryPrimitives.ReadInt64BigEndian(cookie);
        if (time < 0 || time > nowMicros || nowMicros - time > LifetimeMicros)
        {
            return false;
        }

        var isCurrent = time >= _rotatedAt;
        if (!(isCurrent ? _hasCurrent : _hasPrevious))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[MacSize];
        Mac(isCurrent ? _current : _previous, cookie[..TimeSize], endpointBytes, clientId, payloadHash, expected);
        return CryptographicOperations.FixedTimeEquals(expected, cookie[TimeSize..]);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_current);
        CryptographicOperations.ZeroMemory(_previous);
        _hasCurrent = false;
        _hasPrevious = false;
    }

    private void Rotate(long nowMicros)
    {
        _current.CopyTo(_previous, 0);
        _hasPrevious = _hasCurrent;
        entropy.Fill(_current);
        _hasCurrent = true;
        _rotatedAt = nowMicros;
    }

    private static void Mac(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> time,
        ReadOnlySpan<byte> endpointBytes,
        ushort clientId,
        ReadOnlySpan<byte> payloadHash,
        Span<byte> mac)
    {
        if (payloadHash.Length != HashSize || endpointBytes.Length > MaxEndpoint)
        {
            throw new ArgumentException("The payload hash or the endpoint has the wrong length.");
        }

        // Only the last part varies in length, so the input cannot be read in two ways.
        Span<byte> input = stackalloc byte[TimeSize + 2 + HashSize + MaxEndpoint];
        time.CopyTo(input);
        BinaryPrimitives.WriteUInt16BigEndian(input[TimeSize..], clientId);
        payloadHash.CopyTo(input[(TimeSize + 2)..]);
        endpointBytes.CopyTo(input[(TimeSize + 2 + HashSize)..]);
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, input[..(TimeSize + 2 + HashSize + endpointBytes.Length)], full);
        full[..MacSize].CopyTo(mac);
    }
}
