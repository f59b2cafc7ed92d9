using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using UDPack.Samples.Tests.Docs.Running;

namespace UDPack.Samples.Tests.Docs;

/// <summary>What docs/getting-started.md builds does what it says: the server, its token validator, the issuer and the client are the document's own code.</summary>
public sealed class GettingStartedTests(GettingStartedServer server) : IClassFixture<GettingStartedServer>
{
    [Fact]
    public async Task A_good_token_connects_and_the_server_knows_the_user()
    {
        await using var session = await UdpackClient.ConnectAsync(server.ClientOptions(server.Token("ada", TimeSpan.FromHours(1))));
        await session.SendAsync("hi"u8.ToArray());
        using var answer = await session.ReceiveAsync();
        Assert.Equal("hello, ada", Encoding.UTF8.GetString(answer.Span));
    }

    [Fact]
    public async Task The_client_of_the_document_connects() =>
        await server.RunClientAsync(server.Token("ada", TimeSpan.FromHours(1)));

    [Fact]
    public Task An_expired_token_is_refused() => IsRefusedAsync(server.Token("ada", TimeSpan.FromMinutes(-5)));

    [Fact]
    public async Task A_token_within_the_clock_skew_begins_a_session_that_lives()
    {
        await using var session = await UdpackClient.ConnectAsync(server.ClientOptions(server.Token("ada", TimeSpan.FromSeconds(-1))));
        await session.SendAsync("hi"u8.ToArray());
        using var answer = await session.ReceiveAsync();
        Assert.Equal("hello, ada", Encoding.UTF8.GetString(answer.Span));
    }

    [Fact]
    public async Task A_token_of_another_signer_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await IsRefusedAsync(server.Token("ada", TimeSpan.FromHours(1), stranger));
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var parts = server.Token("ada", TimeSpan.FromHours(1)).Split('.');
        var claims = Base64UrlEncoder.Decode(parts[1]).Replace("ada", "eve", StringComparison.Ordinal);
        await IsRefusedAsync($"{parts[0]}.{Base64UrlEncoder.Encode(claims)}.{parts[2]}");
    }

    [Fact]
    public Task What_is_no_token_at_all_is_refused() => IsRefusedAsync("anything");

    private async Task IsRefusedAsync(string token)
    {
        var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(server.ClientOptions(token)));
        Assert.Equal(UdpackError.AuthenticationFailed, exception.Error);
    }
}
