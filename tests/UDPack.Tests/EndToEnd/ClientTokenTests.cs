using System.Net;
using System.Text;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>Tokens that a provider gives, and names with several addresses, over real sockets.</summary>
public class ClientTokenTests
{
    [Fact]
    public async Task A_provider_is_asked_for_each_connect_and_wins_over_the_token()
    {
        var seen = new List<string>();
        await using var listener = Net.Listen(options => options.TokenValidator = new TestValidator((context, _) =>
        {
            seen.Add(context.GetTokenString());
            return ValueTask.FromResult(TokenVerdict.Success());
        }));
        var asked = 0;
        await using var client = Net.Client(listener, options => options.TokenProvider =
            _ => ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"token {++asked}")));
        await using var first = await client.ConnectAsync().Soon();
        await using var second = await client.ConnectAsync().Soon();
        Assert.Equal(["token 1", "token 2"], seen);
    }

    [Fact]
    public async Task A_provider_that_throws_fails_the_connect()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options => options.TokenProvider = _ => throw new InvalidTimeZoneException("no tokens today"));
        var exception = await Net.FailsWith(UdpackError.TokenUnavailable, client.ConnectAsync().AsTask());
        Assert.Equal("The token provider failed: no tokens today", exception.Message);
        Assert.IsType<InvalidTimeZoneException>(exception.InnerException);
    }

    [Fact]
    public async Task A_cancelled_connect_cancels_its_provider_and_a_providers_own_cancellation_is_a_failure()
    {
        await using var listener = Net.Listen();
        using var cancelled = new CancellationTokenSource();
        await using var client = Net.Client(listener, options => options.TokenProvider = async cancellationToken =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return default;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ConnectAsync(cancelled.Token).AsTask().Soon());

        await using var other = Net.Client(listener, options => options.TokenProvider = _ => throw new TaskCanceledException());
        await Net.FailsWith(UdpackError.TokenUnavailable, other.ConnectAsync().AsTask());
    }

    [Fact]
    public async Task No_token_at_all_is_named()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener, options => options.Token = default);
        await Net.FailsWith(UdpackError.TokenTooLarge, client.ConnectAsync().AsTask());
    }

    [Fact]
    public async Task A_name_of_several_addresses_reaches_a_server_at_each_of_them()
    {
        var addresses = await Dns.GetHostAddressesAsync("localhost");
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            await using var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(address, 0));
            var echo = Net.EchoAsync(listener);
            await using var session = await UdpackClient.ConnectAsync(Net.ClientOptions(
                new DnsEndPoint("localhost", listener.LocalEndPoint.Port), options => options.RetryInterval = TimeSpan.FromMilliseconds(50))).Soon();
            Assert.Equal(address, session.RemoteEndPoint.Address);
            await Net.AssertEchoesAsync(session);
            await listener.DisposeAsync();
            await echo.Soon();
        }
    }
}
