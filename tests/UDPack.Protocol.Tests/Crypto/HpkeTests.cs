using System.Security.Cryptography;
using System.Text.Json;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Tests.Fixtures;

namespace UDPack.Protocol.Tests.Crypto;

public class HpkeTests
{
    private static readonly JsonElement Vector = Fixture.Rfc9180;

    [Fact]
    public void Shared_secret_key_and_nonce_are_those_of_RFC_9180_A_3_1()
    {
        using var ephemeral = Private("skEm", "pkEm");
        using var recipient = Private("skRm", "pkRm");
        Span<byte> sent = stackalloc byte[32];
        Span<byte> received = stackalloc byte[32];
        Span<byte> key = stackalloc byte[16];
        Span<byte> nonce = stackalloc byte[12];

        Assert.True(Hpke.TryShare(ephemeral, Vector.Hex("pkRm"), Vector.Hex("pkEm"), Vector.Hex("pkRm"), sent));
        Assert.True(Hpke.TryShare(recipient, Vector.Hex("pkEm"), Vector.Hex("pkEm"), Vector.Hex("pkRm"), received));
        Hpke.Schedule(sent, Vector.Hex("info"), key, nonce);

        Assert.Equal(Vector.Text("sharedSecret"), Convert.ToHexStringLower(sent));
        Assert.Equal(Vector.Text("sharedSecret"), Convert.ToHexStringLower(received));
        Assert.Equal(Vector.Text("key"), Convert.ToHexStringLower(key));
        Assert.Equal(Vector.Text("baseNonce"), Convert.ToHexStringLower(nonce));
    }

    [Fact]
    public void Sealing_gives_the_ciphertext_of_RFC_9180_A_3_1()
    {
        using var ephemeral = Private("skEm", "pkEm");
        var plaintext = Vector.Hex("plaintext");
        var enc = new byte[65];
        var sealedText = new byte[plaintext.Length + 16];

        Hpke.Seal(ephemeral, Vector.Hex("pkRm"), Vector.Hex("info"), Vector.Hex("aad"), plaintext, enc, sealedText);

        Assert.Equal(Vector.Text("pkEm"), Convert.ToHexStringLower(enc));
        Assert.Equal(Vector.Text("ciphertext"), Convert.ToHexStringLower(sealedText));
    }

    [Fact]
    public void Opening_gives_the_plaintext_of_RFC_9180_A_3_1_and_nothing_for_another_info_or_aad()
    {
        using var recipient = Private("skRm", "pkRm");
        var plaintext = new byte[Vector.Hex("plaintext").Length];
        bool Open(byte[] info, byte[] aad) => Hpke.TryOpen(
            recipient, Vector.Hex("pkRm"), Vector.Hex("pkEm"), info, aad, Vector.Hex("ciphertext"), plaintext);

        Assert.False(Open([], Vector.Hex("aad")));
        Assert.False(Open(Vector.Hex("info"), []));
        Assert.True(Open(Vector.Hex("info"), Vector.Hex("aad")));
        Assert.Equal(Vector.Text("plaintext"), Convert.ToHexStringLower(plaintext));
    }

    private static ECDiffieHellman Private(string secret, string point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = Vector.Hex(secret),
        Q = new ECPoint { X = Vector.Hex(point)[1..33], Y = Vector.Hex(point)[33..] },
    });
}
