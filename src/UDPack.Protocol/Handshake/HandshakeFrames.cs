using System.Buffers.Binary;
using System.Security.Cryptography;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Handshake;

/// <summary>The handshake's frames that are not sealed with session keys: retry, refusal and the clear goaway.</summary>
internal static class HandshakeFrames
{
    public const int ReasonOffset = FrameHeader.Size + 1;
    public const int MacOffset = ReasonOffset + 1;
    public const int MacSize = 16;
    public const int RefusalSize = MacOffset + MacSize;

    /// <summary>A refusal nobody can authenticate, and a clear goaway: header and code.</summary>
    public const int BareSize = FrameHeader.Size + 1;

    public const int RetryHashSize = 8;

    /// <summary>The longest cookie any server may give.</summary>
    public const int MaxCookieSize = 40;

    public static HandshakeCode CodeOf(HandshakeRejection reason) =>
        reason == HandshakeRejection.TokenRefused ? HandshakeCode.AuthenticationFailed : HandshakeCode.Failed;

    /// <summary>A refusal with its authenticator (wire protocol, "Handshake: server → client").</summary>
    public static byte[] Refusal(uint sessionId, ulong timestamp, HandshakeRejection reason, ReadOnlySpan<byte> rejectSecret)
    {
        var datagram = new byte[RefusalSize];
        WriteBare(datagram, sessionId, timestamp, Opcode.Handshake, (byte)CodeOf(reason));
        datagram[ReasonOffset] = (byte)reason;
        Authenticate(datagram, rejectSecret, datagram.AsSpan(MacOffset));
        return datagram;
    }

    /// <summary>Whether a refusal was made by someone who could open the shakehand.</summary>
    public static bool IsAuthentic(ReadOnlySpan<byte> refusal, ReadOnlySpan<byte> rejectSecret)
    {
        Span<byte> expected = stackalloc byte[MacSize];
        Authenticate(refusal, rejectSecret, expected);
        return CryptographicOperations.FixedTimeEquals(expected, refusal.Slice(MacOffset, MacSize));
    }

    /// <summary>A frame of one payload byte.</summary>
    public static void WriteBare(Span<byte> destination, uint sessionId, ulong timestamp, Opcode opcode, byte code)
    {
        new FrameHeader(sessionId, timestamp, FrameFlags.None, opcode, 1).Write(destination);
        destination[FrameHeader.Size] = code;
    }

    /// <summary>A retry: what it answers, and the cookie to come back with.</summary>
    public static int WriteRetry(Span<byte> destination, ushort clientId, ulong timestamp, PayloadHash hash, ReadOnlySpan<byte> cookie)
    {
        Span<byte> whole = stackalloc byte[PayloadHash.Size];
        hash.CopyTo(whole);
        var length = RetryHashSize + cookie.Length;
        new FrameHeader((uint)clientId << 16, timestamp, FrameFlags.None, Opcode.Retry, (ushort)length).Write(destination);
        whole[..RetryHashSize].CopyTo(destination[FrameHeader.Size..]);
        cookie.CopyTo(destination[(FrameHeader.Size + RetryHashSize)..]);
        return FrameHeader.Size + length;
    }

    private static void Authenticate(ReadOnlySpan<byte> refusal, ReadOnlySpan<byte> rejectSecret, Span<byte> mac)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(rejectSecret, refusal[..MacOffset], full);
        full[..MacSize].CopyTo(mac);
    }
}
