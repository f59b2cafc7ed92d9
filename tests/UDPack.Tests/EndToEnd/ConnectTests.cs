using System.Net;
using System.Security.Claims;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ConnectTests
{
    [Theory]
    [InlineData(CipherAlgorithm.Aes128Gcm, false)]
    [InlineData(CipherAlgorithm.Aes256Gcm, false)]
    [InlineData(CipherAlgorithm.ChaCha20Poly1305, false)]
    [InlineData(CipherAlgorithm.Aes256Gcm, true)]
    public async Task Echoes_with_each_cipher_and_kind_of_key(CipherAlgorithm algorithm, bool rsa)
    {
        var key = rsa ? TestKeys.Rsa : TestKeys.P256;
        await using var listener = Net.Listen(options => options.Keys = new StaticKeyStore(new ServerKeyRing(TestKeys.Other, key)));
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(listener, options =>
        {
            options.Algorithm = algorithm;
            options.ServerPublicKey = key.PublicKey;
        });

        await using var session = await client.ConnectAsync().Soon();

        Assert.Equal(algorithm, session.Algorithm);
        Assert.Equal(SessionState.Ready, session.State);
        await Net.AssertEchoesAsync(session);
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1")]
    public async Task Echoes_over_each_address_family(string bound, string dialled)
    {
        await using var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0));
        var echo = Net.EchoAsync(listener);
        var remote = new IPEndPoint(IPAddress.Parse(dialled), listener.LocalEndPoint.Port);
        await using var client = new UdpackClient(Net.ClientOptions(remote));

        await using var session = await client.ConnectAsync().Soon();

        await Net.AssertEchoesAsync(session);
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Fact]
    public async Task A_host_name_is_resolved()
    {
        await using var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.IPv6Any, 0));
        await using var client = new UdpackClient(Net.ClientOptions(new DnsEndPoint("localhost", listener.LocalEndPoint.Port)));

        await using var session = await client.ConnectAsync().Soon();

        Assert.Equal(SessionState.Ready, session.State);
    }

    [Fact]
    public async Task The_server_sees_who_the_validator_said_the_client_is_and_both_sides_agree_on_the_id()
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "device 7")], "token"));
        TokenValidationContext? seen = null;
        string? token = null;
        await using var pair = await Pair.ConnectAsync(options =>
        {
            options.Name = "front";
            options.TokenValidator = new TestValidator((context, _) =>
            {
                (seen, token) = (context, context.GetTokenString());
                return ValueTask.FromResult(TokenVerdict.Success(user));
            });
        });

        Assert.Same(user, pair.OnServer.User);
        Assert.Null(pair.OnClient.User);
        Assert.Equal(pair.OnClient.Id, pair.OnServer.Id);
        Assert.Equal("front", seen!.EndpointName);
        Assert.Equal("good", token);
        Assert.Equal(pair.OnServer.RemoteEndPoint, seen.RemoteEndPoint);
        Assert.Equal(pair.OnClient.LocalEndPoint.Port, pair.OnServer.RemoteEndPoint.Port);
        Assert.Equal(pair.Listener.LocalEndPoint, pair.OnClient.RemoteEndPoint);
        Assert.True(seen.Token.Span.IndexOfAnyExcept((byte)0) < 0, "the token is overwritten once it is judged");
    }

    [Fact]
    public async Task A_socket_of_its_own_ends_with_its_session()
    {
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);

        var session = await UdpackClient.ConnectAsync(Net.ClientOptions(listener.LocalEndPoint)).Soon();
        await Net.AssertEchoesAsync(session);
        await session.DisposeAsync().Soon();

        await session.Loop.Completion.Soon();
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Fact]
    public async Task Options_out_of_range_are_named_before_anything_opens()
    {
        Assert.Throws<ArgumentOutOfRangeException>("options.MaxAttempts", () => new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Loopback, 1), options => options.MaxAttempts = 0)));
        Assert.Throws<ArgumentException>("options", () => new UdpackClient(Net.ClientOptions(
            new IPEndPoint(IPAddress.IPv6Loopback, 1), options => options.LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0))));
        await using var client = new UdpackClient(Net.ClientOptions(new UnknownEndPoint()));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ConnectAsync().Soon());
    }

    private sealed class UnknownEndPoint : EndPoint;
}
