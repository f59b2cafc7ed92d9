using System.Security.Cryptography;
using UDPack.Measuring;
using UDPack.Protocol.Crypto;

namespace UDPack.Protocol.Tests.Crypto;

public class SystemCipherTests
{
    private static readonly SystemCipherFactory Factory = new();

    public static TheoryData<CipherAlgorithm> Algorithms() =>
        [CipherAlgorithm.Aes128Gcm, CipherAlgorithm.Aes256Gcm, CipherAlgorithm.ChaCha20Poly1305];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Forgeries_never_throw_nor_leave_plaintext_and_genuine_data_opens_among_them(CipherAlgorithm algorithm)
    {
        using var cipher = Factory.Create(algorithm, new byte[CipherAlgorithms.KeySize(algorithm)]);
        var nonce = new byte[12];
        byte[] aad = [1, 2, 3];
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var plaintext = new byte[random.Next(1, 200)];
            random.NextBytes(plaintext);
            var data = (byte[])plaintext.Clone();
            var tag = new byte[16];
            cipher.Seal(nonce, data, tag, aad);
            var ciphertext = (byte[])data.Clone();

            if (random.Next(2) == 0)
            {
                tag[random.Next(16)] ^= (byte)(1 << random.Next(8));
                Assert.False(cipher.TryOpen(nonce, data, tag, aad));
                Assert.True(data.AsSpan().SequenceEqual(ciphertext) || !data.AsSpan().ContainsAnyExcept((byte)0));
            }
            else
            {
                Assert.True(cipher.TryOpen(nonce, data, tag, aad));
                Assert.Equal(plaintext, data);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void After_one_forgery_the_next_ones_allocate_nothing(CipherAlgorithm algorithm)
    {
        using var cipher = Factory.Create(algorithm, new byte[CipherAlgorithms.KeySize(algorithm)]);
        var data = new byte[100];
        var (nonce, tag) = (new byte[12], new byte[16]);
        cipher.TryOpen(nonce, data, tag, []);
        cipher.TryOpen(nonce, data, tag, []);

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.False(cipher.TryOpen(nonce, data, tag, []));
            }
        }));
    }

    [Fact]
    public void A_key_of_another_size_or_an_unknown_algorithm_is_a_programming_error()
    {
        Assert.Throws<ArgumentException>(() => Factory.Create(CipherAlgorithm.Aes256Gcm, new byte[16]));
        Assert.Throws<PlatformNotSupportedException>(() => Factory.Create((CipherAlgorithm)4, new byte[16]));
        Assert.False(Factory.IsSupported((CipherAlgorithm)4));
    }
}
