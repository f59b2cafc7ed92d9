using CsCheck;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Tests.Handshake;

public class ShakehandPlaintextTests
{
    [Fact]
    public void Fields_stand_in_the_order_of_the_wire_document()
    {
        var bytes = Write(CipherAlgorithm.Aes128Gcm, [0xAA, 0xBB], new TransportParameters { IdleTimeoutMs = 0 });

        Assert.Equal(
            "0101" + "10" + new string('1', 32) + "0c" + new string('2', 24) + "0002aabb" + "0104" + new string('3', 128) + "010100",
            Convert.ToHexStringLower(bytes));
        Assert.Equal(bytes.Length - 3, ShakehandPlaintext.LengthWithoutParameters(CipherAlgorithm.Aes128Gcm, 2));
    }

    [Fact]
    public void What_is_written_reads_back() =>
        Gen.Select(Gen.Int[1, 3], Gen.Byte.Array[0, 800], Gen.Long[0, 1L << 40]).Sample((algorithm, token, idle) =>
        {
            var parameters = new TransportParameters { IdleTimeoutMs = idle };
            var bytes = Write((CipherAlgorithm)algorithm, token, parameters);
            Assert.True(ShakehandPlaintext.TryRead(bytes, out var read, out _));
            Assert.Equal((ShakehandPlaintext.CurrentVersion, (CipherAlgorithm)algorithm), (read.Version, read.Algorithm));
            Assert.True(read.Token.SequenceEqual(token) && read.CanAuthenticateRefusal);
            Assert.Equal(CipherAlgorithms.KeySize(read.Algorithm), read.Key.Length);
            Assert.Equal(66, read.ClientShare.Length);
            Assert.Equal(parameters, read.Parameters);
        });

    [Theory]
    [InlineData(0, 2, HandshakeRejection.Version)]
    [InlineData(1, 0, HandshakeRejection.Algorithm)]
    [InlineData(1, 4, HandshakeRejection.Algorithm)]
    [InlineData(1, 2, HandshakeRejection.Malformed)]
    [InlineData(36, 2, HandshakeRejection.Algorithm)]
    [InlineData(37, 2, HandshakeRejection.Malformed)]
    public void A_refused_one_still_yields_key_and_iv(int offset, byte value, HandshakeRejection expected)
    {
        var bytes = Write(CipherAlgorithm.Aes128Gcm, [0xAA, 0xBB], TransportParameters.Default);
        bytes[offset] = value;

        Assert.False(ShakehandPlaintext.TryRead(bytes, out var read, out var reason));
        Assert.Equal(expected, reason);
        Assert.True(read.CanAuthenticateRefusal);
        Assert.Equal(new string('1', 32), Convert.ToHexStringLower(read.Key));
        Assert.Equal(new string('2', 24), Convert.ToHexStringLower(read.Iv));
    }

    [Fact]
    public void A_short_key_or_iv_does_not_authenticate_a_refusal()
    {
        Assert.False(ShakehandPlaintext.TryRead([1, 1, 0, 0], out var read, out var reason));
        Assert.Equal(HandshakeRejection.Malformed, reason);
        Assert.False(read.CanAuthenticateRefusal);
    }

    [Fact]
    public void One_that_is_cut_short_is_malformed()
    {
        var bytes = Write(CipherAlgorithm.Aes256Gcm, [1, 2, 3], new TransportParameters { IdleTimeoutMs = 7 });
        var end = ShakehandPlaintext.LengthWithoutParameters(CipherAlgorithm.Aes256Gcm, 3);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(length == end, ShakehandPlaintext.TryRead(bytes.AsSpan(0, length), out _, out var reason));
            Assert.True(length == end || reason == HandshakeRejection.Malformed);
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(9);
        var good = Write(CipherAlgorithm.Aes128Gcm, [1, 2, 3], new TransportParameters { IdleTimeoutMs = 7 });
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = good.AsSpan().ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            ShakehandPlaintext.TryRead(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _, out _);
        }
    }

    private static byte[] Write(CipherAlgorithm algorithm, byte[] token, TransportParameters parameters)
    {
        byte[] Fill(int length, byte value) => [.. Enumerable.Repeat(value, length)];
        var plaintext = new ShakehandPlaintext
        {
            Version = ShakehandPlaintext.CurrentVersion,
            Algorithm = algorithm,
            Key = Fill(CipherAlgorithms.KeySize(algorithm), 0x11),
            Iv = Fill(12, 0x22),
            Token = token,
            ClientShare = (byte[])[ShakehandPlaintext.P256Group, 4, .. Fill(64, 0x33)],
            Parameters = parameters,
        };
        var bytes = new byte[1200];
        return bytes[..plaintext.Write(bytes)];
    }
}
