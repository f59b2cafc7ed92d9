using System.Security.Cryptography;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>Decodes shakehands; remembers what their refusals are authenticated with.</summary>
internal sealed class ShakehandDecoder(KeyLogFile keyLog)
{
    private static readonly int[] UsualModuli = [256, 384, 512];

    private readonly Dictionary<ushort, byte[]> _rejectSecrets = [];

    public DatagramView Decode(DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        view = view with { Kind = Kinds.Shakehand, Direction = Directions.ToServer };
        var rest = datagram[FrameHeader.Size..];
        if (rest.Length < header.PayloadLength)
        {
            return Malformed(view, "its payload is cut short");
        }

        var payload = rest[..header.PayloadLength];
        rest = rest[header.PayloadLength..];
        if (!rest.IsEmpty && (rest[0] is 0 or > HandshakeFrames.MaxCookieSize || rest.Length != 1 + rest[0]))
        {
            return Malformed(view, "after its payload stands something else than a cookie");
        }

        if (!ShakehandSealing.TryReadPrefix(payload, out var suite, out var keyId, out var reason))
        {
            return Malformed(view, reason == DropReason.UnknownSuite ? $"unknown suite {suite}" : "its payload is too short");
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(payload));
        var shakehand = new ShakehandView(
            hash,
            suite,
            Names.OfSuite(suite),
            $"{keyId:x8}",
            suite == ShakehandSealing.HpkeP256 ? Convert.ToHexStringLower(payload.Slice(ShakehandSealing.PrefixSize, Hpke.EncapsulatedSize)) : null,
            rest.IsEmpty ? null : Convert.ToHexStringLower(rest[1..]),
            null);
        view = view with { Shakehand = shakehand, State = States.Encrypted };
        if (datagram.Length > Session.DatagramSize)
        {
            view = view with { Problem = $"larger than {Session.DatagramSize} bytes, so servers drop it" };
        }

        if (header.ServerId != 0)
        {
            view = view with { Problem = "its server id is not 0, so servers drop it" };
        }

        if (keyLog.FindShakehand(hash) is not { } keyAndNonce || TryOpen(header.ClientId, suite, payload, keyAndNonce) is not { } plaintext)
        {
            return view;
        }

        return DecodeContent(view with { State = States.Decrypted, Plaintext = plaintext }, shakehand, header.ClientId, payload, plaintext);
    }

    /// <summary>Whether a refusal is authentic; null if its shakehand was not decrypted.</summary>
    public bool? IsAuthentic(ushort clientId, ReadOnlySpan<byte> refusal) =>
        _rejectSecrets.TryGetValue(clientId, out var secret) ? HandshakeFrames.IsAuthentic(refusal, secret) : null;

    private DatagramView DecodeContent(
        DatagramView view, ShakehandView shakehand, ushort clientId, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> plaintext)
    {
        var isValid = ShakehandPlaintext.TryRead(plaintext, out var content, out var rejection);
        if (content.CanAuthenticateRefusal)
        {
            var secret = new byte[KeySchedule.SecretSize];
            KeySchedule.DeriveReject(SHA256.HashData(payload), content.Key, content.Iv, secret);
            _rejectSecrets[clientId] = secret;
        }

        return view with
        {
            Problem = isValid ? view.Problem : $"its content is not acceptable: {Names.Of(rejection)}",
            Shakehand = shakehand with
            {
                Content = new ShakehandContentView(
                    content.Version,
                    (int)content.Algorithm,
                    Names.Of(content.Algorithm),
                    content.Token.IsEmpty ? null : Convert.ToHexStringLower(content.Token),
                    content.ClientShare.IsEmpty ? null : Convert.ToHexStringLower(content.ClientShare),
                    isValid ? Names.Of(content.Parameters) : null),
            },
        };
    }

    /// <summary>
    /// The length of an RSA key's part is that of the server's key, which the capture does not tell: the one that verifies is it.
    /// </summary>
    private static byte[]? TryOpen(ushort clientId, byte suite, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> keyAndNonce)
    {
        const int keySize = ShakehandSealing.KeyAndNonceSize - CipherAlgorithms.IvSize;
        Span<byte> aad = stackalloc byte[ShakehandSealing.AadSize];
        ShakehandSealing.WriteAad(clientId, payload, aad);
        using var aead = new SystemCipherFactory().Create(CipherAlgorithm.Aes128Gcm, keyAndNonce[..keySize]);
        var lengths = suite == ShakehandSealing.HpkeP256 ? [Hpke.EncapsulatedSize] : UsualModuli.Concat(Enumerable.Range(256, 257));
        foreach (var length in lengths)
        {
            var sealedLength = payload.Length - ShakehandSealing.PrefixSize - length - CipherAlgorithms.TagSize;
            if (sealedLength < 0)
            {
                continue;
            }

            var data = payload.Slice(ShakehandSealing.PrefixSize + length, sealedLength).ToArray();
            if (aead.TryOpen(keyAndNonce[keySize..], data, payload[^CipherAlgorithms.TagSize..], aad))
            {
                return data;
            }
        }

        return null;
    }

    private static DatagramView Malformed(DatagramView view, string problem) =>
        view with { State = States.Malformed, Problem = problem };
}
