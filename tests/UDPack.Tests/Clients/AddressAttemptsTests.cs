using System.Net;
using CsCheck;
using UDPack.Clients;

namespace UDPack.Tests.Clients;

public class AddressAttemptsTests
{
    private static readonly DnsEndPoint Server = new("server.example", 9000);

    [Theory]
    [InlineData(6, 1, 6)]
    [InlineData(6, 2, 3)]
    [InlineData(6, 3, 2)]
    [InlineData(6, 4, 2)]
    [InlineData(6, 16, 2)]
    [InlineData(7, 2, 4)]
    [InlineData(1, 1, 1)]
    [InlineData(1, 5, 1)]
    [InlineData(100, 16, 7)]
    public void Addresses_share_the_attempts(int maxAttempts, int addresses, int each) =>
        Assert.Equal(each, new AddressAttempts(Server, Places(addresses), maxAttempts).AttemptsEach);

    [Fact]
    public void No_address_gets_more_attempts_than_there_are_or_fewer_than_two_of_several() =>
        Gen.Select(Gen.Int[1, 101], Gen.Int[1, 16]).Sample((maxAttempts, addresses) =>
        {
            var each = new AddressAttempts(Server, Places(addresses), maxAttempts).AttemptsEach;
            Assert.InRange(each, Math.Min(2, maxAttempts), maxAttempts);
            Assert.True(each * addresses >= maxAttempts);
        });

    [Theory]
    [InlineData(UdpackError.ConnectTimeout, true)]
    [InlineData(UdpackError.HandshakeFailed, true)]
    [InlineData(UdpackError.BindFailed, true)]
    [InlineData(UdpackError.AuthenticationFailed, false)]
    [InlineData(UdpackError.TokenTooLarge, false)]
    [InlineData(UdpackError.TooManySessions, false)]
    public void Only_failures_of_one_address_lead_to_the_next(UdpackError error, bool goesOn)
    {
        var attempts = new AddressAttempts(Server, Places(3), 6);
        Assert.Equal(goesOn, attempts.GoesOnAfter(new UdpackException(error, "no")));
    }

    [Fact]
    public void The_last_address_is_the_end_and_a_refusal_says_more_than_silence()
    {
        var attempts = new AddressAttempts(Server, Places(3), 6);
        Assert.True(attempts.GoesOnAfter(new UdpackException(UdpackError.ConnectTimeout, "silence.")));
        Assert.True(attempts.GoesOnAfter(new UdpackException(UdpackError.HandshakeFailed, "refused.")));
        Assert.False(attempts.GoesOnAfter(new UdpackException(UdpackError.BindFailed, "no family.")));
        var error = attempts.CreateError();
        Assert.Equal(UdpackError.HandshakeFailed, error.Error);
        Assert.Equal(
            "No connection to server.example:9000; all of its 3 addresses failed. [1] udp://192.0.2.1:9000: silence. [2] udp://192.0.2.2:9000: refused. [3] udp://192.0.2.3:9000: no family.",
            error.Message);
    }

    [Theory]
    [InlineData("6a 6b 4a 4b", "6a 4a 6b 4b")]
    [InlineData("4a 4b 6a", "4a 6a 4b")]
    [InlineData("6a 6b 6c 4a", "6a 4a 6b 6c")]
    [InlineData("4a 4a 6a 6a", "4a 6a")]
    [InlineData("4a", "4a")]
    public void Families_take_turns_beginning_with_the_first_address(string given, string expected) =>
        Assert.Equal(expected.Split(' ').Select(Address), ServerName.Interleave([.. given.Split(' ').Select(Address)]));

    [Fact]
    public void A_name_service_cannot_make_a_connect_endless() =>
        Assert.Equal(16, ServerName.Interleave([.. Places(100).Select(place => place.Address)]).Length);

    private static IPAddress Address(string name) => IPAddress.Parse(name[0] == '6' ? $"2001:db8::{name[1]}" : $"192.0.2.{name[1] - 'a'}");

    private static IPEndPoint[] Places(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new IPEndPoint(IPAddress.Parse($"192.0.2.{i}"), 9000))];
}
