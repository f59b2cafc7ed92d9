using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Crypto;

namespace UDPack.Protocol.Tests.Handshake;

public sealed class RetryCookiesTests : IDisposable
{
    private const long Second = 1_000_000;

    private static readonly byte[] Endpoint = [2, 0, 1, 2, 3, 4];
    private static readonly byte[] Hash = new byte[32];

    private readonly RetryCookies _cookies = new(new SystemEntropy());

    public void Dispose() => _cookies.Dispose();

    [Fact]
    public void A_cookie_holds_for_15_seconds()
    {
        var cookie = Create(100 * Second);

        Assert.InRange(cookie.Length, 1, 40);
        Assert.True(Validate(100 * Second, cookie));
        Assert.True(Validate(115 * Second, cookie));
        Assert.False(Validate((115 * Second) + 1, cookie));
        Assert.False(Validate((100 * Second) - 1, cookie));
    }

    [Fact]
    public void A_cookie_holds_for_its_endpoint_client_id_and_payload_only()
    {
        var cookie = Create(0);
        byte[] otherHash = [1, .. new byte[31]];

        Assert.True(_cookies.Validate(0, Endpoint, 7, Hash, cookie));
        Assert.False(_cookies.Validate(0, [2, 0, 1, 2, 3, 5], 7, Hash, cookie));
        Assert.False(_cookies.Validate(0, Endpoint, 8, Hash, cookie));
        Assert.False(_cookies.Validate(0, Endpoint, 7, otherHash, cookie));
    }

    [Fact]
    public void A_flipped_bit_anywhere_or_another_length_does_not_validate()
    {
        var cookie = Create(Second);
        for (var i = 0; i < cookie.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                cookie[i] ^= (byte)(1 << bit);
                Assert.False(Validate(Second, cookie));
                cookie[i] ^= (byte)(1 << bit);
            }

            Assert.False(Validate(Second, cookie[..i]));
        }

        Assert.False(Validate(Second, [.. cookie, 0]));
        Assert.True(Validate(Second, cookie));
    }

    [Fact]
    public void The_key_rotates_every_120_seconds_and_the_previous_one_still_counts()
    {
        Create(0);
        var before = Create(119 * Second);
        var after = Create(120 * Second);

        Assert.True(Validate(121 * Second, before));
        Assert.True(Validate(121 * Second, after));
        Create(241 * Second);
        Assert.False(Validate(242 * Second, before));
        Assert.True(Validate(242 * Second, Create(242 * Second)));
    }

    [Fact]
    public void Nothing_validates_before_the_first_cookie_nor_after_disposal()
    {
        Assert.False(Validate(0, new byte[RetryCookies.CookieSize]));
        var cookie = Create(0);
        _cookies.Dispose();
        Assert.False(Validate(0, cookie));
    }

    [Fact]
    public void Random_cookies_never_throw_nor_validate()
    {
        var random = new Random(10);
        Create(0);
        for (var i = 0; i < 50_000; i++)
        {
            var cookie = new byte[random.Next(41)];
            random.NextBytes(cookie);
            cookie.AsSpan(0, Math.Min(7, cookie.Length)).Clear();
            Assert.False(Validate(Second, cookie));
        }
    }

    private byte[] Create(long now)
    {
        var cookie = new byte[40];
        return cookie[.._cookies.Create(now, Endpoint, 7, Hash, cookie)];
    }

    private bool Validate(long now, byte[] cookie) => _cookies.Validate(now, Endpoint, 7, Hash, cookie);
}
