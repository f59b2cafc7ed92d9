using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Tests.Fixtures;

namespace UDPack.Protocol.Tests.Crypto;

public class P256Tests
{
    public static TheoryData<string> BadPoints()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var good = new byte[65];
        P256.ExportPoint(key, good);
        byte[] flipped = [.. good[..64], (byte)(good[64] ^ 1)];
        byte[] prime = Convert.FromHexString("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
        var data = new TheoryData<string>
        {
            "", "00", "04",
            Convert.ToHexString(flipped),
            Convert.ToHexString([(byte)(2 + (good[64] & 1)), .. good[1..33]]),
            Convert.ToHexString([6, .. good[1..]]),
            Convert.ToHexString([0, .. good[1..]]),
            Convert.ToHexString(new byte[65]),
            Convert.ToHexString([4, .. new byte[64]]),
            Convert.ToHexString([4, .. prime, .. good[33..]]),
            Convert.ToHexString([4, .. Enumerable.Repeat((byte)0xFF, 64)]),
            Convert.ToHexString(good[..64]),
            Convert.ToHexString([.. good, 0]),
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void A_point_that_is_infinite_compressed_off_the_curve_or_of_another_length_is_refused(string hex)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = Convert.FromHexString(hex);

        Assert.False(P256.TryImportPoint(point, out var key));
        Assert.Null(key);
        Assert.False(P256.TryAgree(own, point, new byte[32]));
    }

    [Fact]
    public void A_coordinate_of_p_or_more_is_refused_although_it_is_a_point_modulo_p()
    {
        // (0, y) is on the curve; its twin writes x as p.
        var y = Convert.FromHexString("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
        var p = Convert.FromHexString("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

        Assert.True(P256.TryImportPoint([4, .. new byte[32], .. y], out var key));
        key.Dispose();
        Assert.False(P256.TryImportPoint([4, .. p, .. y], out _));
    }

    [Fact]
    public void Both_sides_agree_and_an_imported_point_exports_the_same()
    {
        using var one = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var points = (One: new byte[65], Other: new byte[65], Again: new byte[65]);
        var secrets = (One: new byte[32], Other: new byte[32]);
        P256.ExportPoint(one, points.One);
        P256.ExportPoint(other, points.Other);

        Assert.True(P256.TryAgree(one, points.Other, secrets.One));
        Assert.True(P256.TryAgree(other, points.One, secrets.Other));
        Assert.Equal(secrets.One, secrets.Other);
        Assert.True(P256.TryImportPoint(points.One, out var imported));
        P256.ExportPoint(imported, points.Again);
        imported.Dispose();
        Assert.Equal(points.One, points.Again);
    }

    [Fact]
    public void Leading_zeros_of_an_agreement_stay()
    {
        var zeros = 0;
        foreach (var schedule in Fixture.Handshake.GetProperty("schedules").EnumerateArray())
        {
            using var client = ECDiffieHellman.Create();
            client.ImportFromPem(schedule.Text("clientPrivate"));
            var secret = Enumerable.Repeat((byte)0xEE, 32).ToArray();

            Assert.True(P256.TryAgree(client, schedule.Hex("share").AsSpan(1), secret));
            Assert.Equal(schedule.Text("ecdh"), Convert.ToHexStringLower(secret));
            zeros += secret[0] == 0 ? 1 : 0;
        }

        Assert.NotEqual(0, zeros);
    }
}
