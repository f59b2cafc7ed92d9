using CsCheck;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Tests.Fixtures;

namespace UDPack.Protocol.Tests.Crypto;

public class ShakehandSealingTests
{
    private static readonly ServerKey P256Key = ServerKey.GenerateP256();
    private static readonly ServerKey RsaKey = ServerKey.GenerateRsa(2048);

    public static TheoryData<string> Messages()
    {
        var names = new TheoryData<string>();
        foreach (var message in Fixture.Handshake.GetProperty("messages").EnumerateArray())
        {
            names.Add(message.Text("name"));
        }

        return names;
    }

    public static TheoryData<ServerKeyKind> Kinds() => [ServerKeyKind.P256, ServerKeyKind.Rsa];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_payload_sealed_by_another_library_opens(string name)
    {
        var message = Fixture.Handshake.GetProperty("messages").EnumerateArray().Single(m => m.Text("name") == name);
        using var key = ServerKey.FromPem(message.Text("privateKey"));
        var payload = message.Hex("payload");
        var expected = message.Hex("plaintext");
        var plaintext = new byte[1200];

        Assert.True(ShakehandSealing.TryReadPrefix(payload, out var suite, out var keyId, out _));
        Assert.Equal(message.GetProperty("suite").GetInt32(), suite);
        Assert.Equal(key.PublicKey.KeyId, keyId);
        Assert.Equal(message.Text("keyId"), key.PublicKey.KeyIdText);
        Assert.Equal(payload.Length, ShakehandSealing.SealedLength(key.PublicKey, expected.Length));
        Assert.True(ShakehandSealing.TryOpen(key, message.GetProperty("clientId").GetUInt16(), payload, plaintext, out var written));
        Assert.Equal(expected, plaintext[..written]);
        Assert.False(ShakehandSealing.TryOpen(key, 0x4321, payload, plaintext, out written));
        Assert.Equal(0, written);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_sealed_opens_and_differs_each_time(ServerKeyKind kind)
    {
        var key = KeyOf(kind);
        Gen.Select(Gen.Byte.Array[0, 900], Gen.UShort).Sample(
            (plaintext, clientId) =>
            {
                var payload = Seal(key, clientId, plaintext);
                var opened = new byte[plaintext.Length];
                Assert.True(ShakehandSealing.TryOpen(key, clientId, payload, opened, out var written));
                Assert.Equal(plaintext.Length, written);
                Assert.Equal(plaintext, opened);
                Assert.NotEqual(payload, Seal(key, clientId, plaintext));
            },
            iter: 20);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_flipped_bit_anywhere_does_not_open(ServerKeyKind kind)
    {
        var key = KeyOf(kind);
        var payload = Seal(key, 7, [1, 2, 3]);
        var plaintext = new byte[1200];
        for (var i = 0; i < payload.Length; i++)
        {
            payload[i] ^= (byte)(1 << (i % 8));
            Assert.False(ShakehandSealing.TryOpen(key, 7, payload, plaintext, out _), $"byte {i}");
            payload[i] ^= (byte)(1 << (i % 8));
        }

        Assert.True(ShakehandSealing.TryOpen(key, 7, payload, plaintext, out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_payload_of_another_length_or_for_another_key_does_not_open(ServerKeyKind kind)
    {
        var key = KeyOf(kind);
        var payload = Seal(key, 7, [1, 2, 3]);
        var plaintext = new byte[1200];
        for (var length = 0; length < payload.Length; length += kind == ServerKeyKind.P256 ? 1 : 7)
        {
            Assert.False(ShakehandSealing.TryOpen(key, 7, payload.AsSpan(0, length), plaintext, out _));
        }

        Assert.False(ShakehandSealing.TryOpen(key, 7, [.. payload, 0], plaintext, out _));
        Assert.False(ShakehandSealing.TryOpen(key, 7, payload, new byte[2], out _));
        using var other = kind == ServerKeyKind.P256 ? ServerKey.GenerateP256() : ServerKey.GenerateRsa(2048);
        Assert.False(ShakehandSealing.TryOpen(other, 7, payload, plaintext, out _));
        Assert.False(ShakehandSealing.TryOpen(KeyOf(1 - kind), 7, payload, plaintext, out _));
    }

    [Fact]
    public void A_secret_of_zeros_does_not_pass_for_a_failed_unwrap()
    {
        var payload = Seal(RsaKey, 7, new byte[40]);
        var keys = System.Security.Cryptography.HKDF.Expand(
            System.Security.Cryptography.HashAlgorithmName.SHA256, new byte[32], 28, "udpack 1 rsa"u8.ToArray());
        using var aead = new System.Security.Cryptography.AesGcm(keys.AsSpan(0, 16), 16);
        payload[50] ^= 1;
        var body = payload.AsSpan(5 + 256);
        byte[] aad = [0, 7, .. payload[..5]];
        aead.Encrypt(keys.AsSpan(16), new byte[40], body[..40], body[40..], aad);

        Assert.False(ShakehandSealing.TryOpen(RsaKey, 7, payload, new byte[64], out _));
    }

    [Fact]
    public void Random_payloads_never_throw()
    {
        var random = new Random(3);
        var plaintext = new byte[1200];
        for (var i = 0; i < 3_000; i++)
        {
            var key = (i & 15) == 0 ? RsaKey : P256Key;
            var payload = new byte[random.Next(500)];
            random.NextBytes(payload);
            if (payload.Length > 6)
            {
                Seal(key, 7, []).AsSpan(0, 5).CopyTo(payload);
                payload[5] = 4;
            }

            ShakehandSealing.TryReadPrefix(payload, out _, out _, out _);
            Assert.False(ShakehandSealing.TryOpen(key, 7, payload, plaintext, out _));
        }
    }

    [Theory]
    [InlineData(0, 300, DropReason.UnknownSuite)]
    [InlineData(3, 300, DropReason.UnknownSuite)]
    [InlineData(1, 4, DropReason.Truncated)]
    [InlineData(1, 85, DropReason.Truncated)]
    [InlineData(2, 276, DropReason.Truncated)]
    public void A_prefix_that_cannot_be_served_says_why(byte suite, int length, DropReason expected)
    {
        var payload = new byte[length];
        payload[0] = suite;

        Assert.False(ShakehandSealing.TryReadPrefix(payload, out _, out _, out var reason));
        Assert.Equal(expected, reason);
    }

    private static ServerKey KeyOf(ServerKeyKind kind) => kind == ServerKeyKind.P256 ? P256Key : RsaKey;

    private static byte[] Seal(ServerKey key, ushort clientId, byte[] plaintext)
    {
        var payload = new byte[ShakehandSealing.SealedLength(key.PublicKey, plaintext.Length)];
        Assert.Equal(payload.Length, ShakehandSealing.Seal(key.PublicKey, clientId, plaintext, new SystemEntropy(), payload));
        return payload;
    }
}
