using System.Formats.Asn1;
using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Tests.Fixtures;

namespace UDPack.Protocol.Tests.Crypto;

public class ServerKeyTests
{
    private static readonly System.Text.Json.JsonElement Forms = Fixture.Handshake.GetProperty("keyForms");

    [Theory]
    [InlineData("named")]
    [InlineData("explicit")]
    public void A_P256_key_has_one_id_however_its_file_writes_it(string form)
    {
        var key = ServerPublicKey.FromPem(Forms.Text(form));
        var named = PemEncoding.Find(Forms.Text("named"));
        var der = Convert.FromBase64String(Forms.Text("named")[named.Base64Data]);

        Assert.Equal(ServerKeyKind.P256, key.Kind);
        Assert.Equal(der, key.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(der).AsSpan(0, 4)), key.KeyIdText);
        Assert.Equal(Forms.Text("named").Trim(), key.ToPem().Trim());
        Assert.Equal(der[^65..], key.Point.ToArray());
    }

    [Theory]
    [InlineData("privateKey", null)]
    [InlineData("privateExplicit", null)]
    [InlineData("encrypted", "correct horse")]
    public void A_private_key_file_yields_the_public_key_of_its_pair(string form, string? password)
    {
        using var key = ServerKey.FromPem(Forms.Text(form), password);

        Assert.Equal(ServerPublicKey.FromPem(Forms.Text("named")).KeyId, key.PublicKey.KeyId);
        Assert.True(OpensOwnSeal(key));
    }

    [Fact]
    public void An_encrypted_RSA_key_reads_with_its_password()
    {
        using var key = ServerKey.FromPem(Forms.Text("encryptedRsa"), "correct horse");

        Assert.Equal(ServerKeyKind.Rsa, key.Kind);
        Assert.True(OpensOwnSeal(key));
    }

    [Fact]
    public void A_wrong_or_missing_password_says_so_and_does_not_repeat_it()
    {
        var missing = Assert.Throws<ArgumentException>(() => ServerKey.FromPem(Forms.Text("encrypted")));
        var wrong = Assert.Throws<CryptographicException>(() => ServerKey.FromPem(Forms.Text("encrypted"), "wrong horse"));

        Assert.Contains("password", missing.Message, StringComparison.Ordinal);
        Assert.Contains("password", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", wrong.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("P-384", "supported")]
    [InlineData("secp256k1", "supported")]
    [InlineData("Ed25519", "elliptic-curve")]
    [InlineData("RSA-1024", "1024 bits")]
    public void Keys_of_another_curve_kind_or_size_are_refused(string name, string says)
    {
        var handshake = Fixture.Handshake;
        var publicOne = Assert.Throws<CryptographicException>(
            () => ServerPublicKey.FromPem(handshake.GetProperty("refused").Text(name)));
        var privateOne = Assert.Throws<CryptographicException>(
            () => ServerKey.FromPem(handshake.GetProperty("refusedPrivate").Text(name)));

        Assert.Contains(says, publicOne.Message, StringComparison.Ordinal);
        Assert.Contains(says, privateOne.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_point_is_refused_with_the_way_out() => Assert.Contains(
        "uncompressed",
        Assert.Throws<CryptographicException>(() => ServerPublicKey.FromPem(Forms.Text("compressed"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_wrong_half_of_a_pair_is_named()
    {
        var atClient = Assert.Throws<ArgumentException>(() => ServerPublicKey.FromPem(Forms.Text("privateKey")));
        var atServer = Assert.Throws<ArgumentException>(() => ServerKey.FromPem(Forms.Text("named")));
        var sec1 = Assert.Throws<ArgumentException>(() => ServerKey.FromPem(Forms.Text("sec1")));

        Assert.Contains("private key", atClient.Message, StringComparison.Ordinal);
        Assert.Contains("public key", atServer.Message, StringComparison.Ordinal);
        Assert.Contains("pkcs8", sec1.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ServerPublicKey.FromPem("hello"));
        Assert.Throws<ArgumentException>(() => ServerKey.FromPem("hello"));
    }

    [Fact]
    public void Damaged_DER_is_a_CryptographicException_and_nothing_else()
    {
        var good = ServerPublicKey.FromPem(Forms.Text("named")).SubjectPublicKeyInfo.ToArray();
        for (var length = 0; length < good.Length; length++)
        {
            Assert.ThrowsAny<CryptographicException>(() => ServerPublicKey.FromSubjectPublicKeyInfo(good.AsSpan(0, length)));
        }

        Assert.ThrowsAny<CryptographicException>(() => ServerPublicKey.FromSubjectPublicKeyInfo([.. good, 0]));
        var random = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = (byte[])good.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                ServerPublicKey.FromSubjectPublicKeyInfo(bytes);
            }
            catch (CryptographicException)
            {
            }
        }
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    public void A_generated_RSA_key_survives_export(int bits)
    {
        using var key = ServerKey.GenerateRsa(bits);
        using var again = ServerKey.FromPem(key.ExportPkcs8Pem());

        Assert.Equal(key.PublicKey.KeyId, again.PublicKey.KeyId);
        Assert.Equal(bits / 8, key.PublicKey.EncapsulatedSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => ServerKey.GenerateRsa(1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => ServerKey.GenerateRsa(8192));
    }

    [Theory]
    [InlineData(2048, 294)]
    [InlineData(4096, 550)]
    public void An_RSA_key_is_hashed_in_one_form_rsaEncryption_with_NULL_and_minimal_DER(int bits, int size)
    {
        var modulus = new byte[bits / 8];
        new Random(bits).NextBytes(modulus);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        var numbers = new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] };
        using var rsa = RSA.Create(numbers);
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteIntegerUnsigned(numbers.Modulus);
            body.WriteIntegerUnsigned(numbers.Exponent);
        }

        var spki = new AsnWriter(AsnEncodingRules.DER);
        using (spki.PushSequence())
        {
            using (spki.PushSequence())
            {
                spki.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                spki.WriteNull();
            }

            spki.WriteBitString(body.Encode());
        }

        var der = spki.Encode();
        Assert.Equal(size, der.Length);
        var key = ServerPublicKey.FromSubjectPublicKeyInfo(rsa.ExportSubjectPublicKeyInfo());
        Assert.Equal(der, key.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(SHA256.HashData(der)[..4], BitConverter.GetBytes(key.KeyId).Reverse());

        // The outer length in one byte more than it needs, as BER allows and DER does not: another form is no key at all.
        byte[] longer = [0x30, 0x83, 0, der[2], der[3], .. der[4..]];
        Assert.Throws<CryptographicException>(() => ServerPublicKey.FromSubjectPublicKeyInfo(longer));
    }

    [Fact]
    public void A_generated_P256_key_survives_export()
    {
        using var key = ServerKey.GenerateP256();
        using var again = ServerKey.FromPem(key.ExportPkcs8Pem());

        Assert.Equal(key.PublicKey.SubjectPublicKeyInfo.ToArray(), again.PublicKey.SubjectPublicKeyInfo.ToArray());
    }

    [Fact]
    public void A_disposed_key_opens_nothing_and_exports_nothing()
    {
        var key = ServerKey.GenerateP256();
        Assert.True(OpensOwnSeal(key));

        key.Dispose();
        key.Dispose();

        Assert.False(OpensOwnSeal(key));
        Assert.Throws<ObjectDisposedException>(key.ExportPkcs8Pem);
    }

    [Fact]
    public void A_use_that_runs_while_the_key_is_disposed_finishes()
    {
        var key = ServerKey.GenerateP256();
        Assert.True(key.Pool.TryRent(out var handle));

        key.Dispose();

        Assert.True(((ECDiffieHellman)handle).ExportParameters(true).D!.Length == 32);
        key.Pool.Return(handle);
        Assert.Throws<ObjectDisposedException>(() => ((ECDiffieHellman)handle).ExportParameters(true));
        Assert.False(key.Pool.TryRent(out _));
    }

    [Fact]
    public async Task Many_threads_may_open_while_another_disposes()
    {
        for (var round = 0; round < 10; round++)
        {
            var key = ServerKey.GenerateP256();
            var payload = new byte[ShakehandSealing.SealedLength(key.PublicKey, 3)];
            ShakehandSealing.Seal(key.PublicKey, 1, [1, 2, 3], new SystemEntropy(), payload);
            using var started = new SemaphoreSlim(0);
            var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                var plaintext = new byte[3];
                Assert.True(ShakehandSealing.TryOpen(key, 1, payload, plaintext, out var _));
                started.Release();
                while (ShakehandSealing.TryOpen(key, 1, payload, plaintext, out var _))
                {
                    Assert.Equal([1, 2, 3], plaintext);
                }
            })).ToArray();
            for (var i = 0; i < workers.Length; i++)
            {
                await started.WaitAsync();
            }

            key.Dispose();
            await Task.WhenAll(workers);
        }
    }

    private static bool OpensOwnSeal(ServerKey key)
    {
        var payload = new byte[ShakehandSealing.SealedLength(key.PublicKey, 3)];
        ShakehandSealing.Seal(key.PublicKey, 1, [1, 2, 3], new SystemEntropy(), payload);
        var plaintext = new byte[3];
        return ShakehandSealing.TryOpen(key, 1, payload, plaintext, out _) && plaintext is [1, 2, 3];
    }
}
