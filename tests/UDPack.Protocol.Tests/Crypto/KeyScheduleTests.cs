using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Tests.Fixtures;

namespace UDPack.Protocol.Tests.Crypto;

public class KeyScheduleTests
{
    public static TheoryData<int> Schedules() => [0, 1, 2];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Every_key_is_the_one_computed_elsewhere(int index)
    {
        var vector = Fixture.Handshake.GetProperty("schedules")[index];
        var (toServer, toClient) = Derive(vector);
        var reject = new byte[32];
        KeySchedule.DeriveReject(SHA256.HashData(vector.Hex("payload")), vector.Hex("key"), vector.Hex("iv"), reject);

        Assert.Equal(vector.Text("reject"), Convert.ToHexStringLower(reject));
        foreach (var (name, secret) in new[] { ("c2s", toServer), ("s2c", toClient) })
        {
            var expected = vector.GetProperty(name);
            var key = new byte[vector.Hex("key").Length];
            var iv = new byte[12];
            var next = new byte[32];
            KeySchedule.DeriveKey(secret, key);
            KeySchedule.DeriveIv(secret, iv);
            KeySchedule.DeriveNext(secret, next);
            Assert.Equal(expected.Text("secret"), Convert.ToHexStringLower(secret));
            Assert.Equal(expected.Text("key"), Convert.ToHexStringLower(key));
            Assert.Equal(expected.Text("iv"), Convert.ToHexStringLower(iv));
            Assert.Equal(expected.Text("next"), Convert.ToHexStringLower(next));
        }
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Datagrams_sealed_elsewhere_open_over_a_key_update(int index)
    {
        var vector = Fixture.Handshake.GetProperty("schedules")[index];
        using var opener = new DatagramOpener(
            new SystemCipherFactory(), (CipherAlgorithm)vector.GetProperty("algorithm").GetInt32(), Derive(vector).ToServer);

        ulong expected = 5;
        foreach (var datagram in vector.GetProperty("datagrams").EnumerateArray())
        {
            var bytes = Convert.FromHexString(datagram.GetString()!);
            Assert.Equal(OpenResult.Ok, opener.TryOpen(bytes, 16, out var sequence, out var plaintext));
            Assert.Equal(expected++, sequence);
            Assert.Equal("hello world", Encoding.ASCII.GetString(plaintext));
        }

        Assert.Equal(1u, opener.Generation);
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Our_sealer_writes_the_same_datagrams(int index)
    {
        var vector = Fixture.Handshake.GetProperty("schedules")[index];
        using var sealer = new DatagramSealer(
            new SystemCipherFactory(), (CipherAlgorithm)vector.GetProperty("algorithm").GetInt32(), Derive(vector).ToServer);
        for (var i = 0; i < 5; i++)
        {
            sealer.SkipSequence();
        }

        foreach (var datagram in vector.GetProperty("datagrams").EnumerateArray())
        {
            var expected = Convert.FromHexString(datagram.GetString()!);
            var bytes = new byte[expected.Length];
            expected.AsSpan(0, 16).CopyTo(bytes);
            "hello world"u8.CopyTo(bytes.AsSpan(16));
            Assert.Equal(expected.Length, sealer.Seal(bytes, 16, 27));
            Assert.Equal(expected, bytes);
            sealer.AdvanceGeneration();
        }
    }

    private static (byte[] ToServer, byte[] ToClient) Derive(JsonElement vector)
    {
        var toServer = new byte[32];
        var toClient = new byte[32];
        KeySchedule.DeriveSecrets(
            SHA256.HashData(vector.Hex("spki")),
            SHA256.HashData(vector.Hex("payload")),
            vector.GetProperty("clientId").GetUInt16(),
            vector.GetProperty("serverId").GetUInt16(),
            vector.Hex("share"),
            vector.Hex("key"),
            vector.Hex("iv"),
            vector.Hex("ecdh"),
            toServer,
            toClient);
        return (toServer, toClient);
    }
}
