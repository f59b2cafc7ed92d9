using System.Net;
using UDPack.Testing;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>Servers whose name has several addresses.</summary>
public sealed class AddressTests : IAsyncDisposable
{
    private const string Name = "server.example";

    private static readonly IPAddress[] IPv4 = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3")];
    private static readonly IPAddress[] IPv6 = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2")];

    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.77");

    private readonly SimulatedNetwork _network = new(11);
    private readonly List<IPAddress> _knockedAt = [];

    public AddressTests() => _network.DatagramObserved = datagram =>
    {
        // What comes where nobody is bound was shown before.
        if (datagram.To.Port == 9000 && datagram.Fate != DatagramFate.Unreachable)
        {
            _knockedAt.Add(datagram.To.Address);
        }
    };

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_dead_address_costs_a_quarter_of_a_second()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        await _network.RunAsync(async () =>
        {
            await using var server = Listen(IPv4[1]);
            await using var session = await UdpackClient.ConnectAsync(Options());
            Assert.Equal(IPv4[1], session.RemoteEndPoint.Address);

            // And a round trip of 20 ms.
            Assert.InRange(_network.Elapsed.TotalSeconds, 0.26, 0.3);
            Assert.Equal(1, _knockedAt.Count(address => address.Equals(IPv4[0])));
        });
    }

    [Fact]
    public async Task An_address_that_answers_in_time_is_the_only_one_that_gets_the_token()
    {
        _network.AddHost(Name, IPv4);
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0]);
            await using var second = Listen(IPv4[1]);
            await using var session = await UdpackClient.ConnectAsync(Options());
            await Task.Delay(TimeSpan.FromSeconds(5), _network.TimeProvider);
            Assert.Equal([IPv4[0]], _knockedAt.Distinct());
            Assert.Empty(second.Tokens);
        });
    }

    [Fact]
    public async Task Of_two_that_answer_late_the_first_to_answer_is_taken_and_the_other_keeps_no_session()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        foreach (var (address, delay) in new[] { (IPv4[0], 400), (IPv4[1], 50) })
        {
            _network.SetLink(address, Client, LinkConditions.Lossless with { Delay = TimeSpan.FromMilliseconds(delay) });
        }

        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0]);
            await using var second = Listen(IPv4[1]);
            await using var session = await UdpackClient.ConnectAsync(Options(options => options.LocalEndPoint = new IPEndPoint(Client, 0)));
            Assert.Equal(IPv4[1], session.RemoteEndPoint.Address);
            await session.SendAndConfirmAsync("hello"u8.ToArray());
            await Task.Delay(TimeSpan.FromSeconds(5), _network.TimeProvider);
            Assert.Empty(first.Sessions);
            Assert.Single(second.Sessions);
        });
    }

    [Fact]
    public async Task A_token_good_for_one_use_that_went_to_a_slow_address_first_still_connects()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        _network.SetLink(IPv4[0], Client, LinkConditions.Lossless with { Delay = TimeSpan.FromMilliseconds(400) });
        var once = new OnceValidator();
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0], options => options.TokenValidator = once);
            await using var second = Listen(IPv4[1], options => options.TokenValidator = once);
            await using var session = await UdpackClient.ConnectAsync(Options(options => options.LocalEndPoint = new IPEndPoint(Client, 0)));
            Assert.Equal(IPv4[0], session.RemoteEndPoint.Address);
            Assert.Equal(2, once.Asked);
        });
    }

    [Fact]
    public async Task A_token_refused_by_one_is_told_soon_though_another_is_silent()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1], IPv4[2]);
        await _network.RunAsync(async () =>
        {
            await using var second = Listen(IPv4[1]);
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options(options => options.Token = "stale"u8.ToArray())));
            Assert.Equal(UdpackError.AuthenticationFailed, exception.Error);
            Assert.InRange(_network.Elapsed.TotalSeconds, 1.2, 1.4);
            Assert.DoesNotContain(IPv4[2], _knockedAt);
        });
    }

    [Fact]
    public async Task A_server_that_is_full_is_left_for_the_next_at_once()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0], options => options.MaxSessions = 1);
            await using var second = Listen(IPv4[1]);
            await using var only = await UdpackClient.ConnectAsync(Options());
            Assert.Equal(IPv4[0], only.RemoteEndPoint.Address);
            var began = _network.Elapsed;
            await using var session = await UdpackClient.ConnectAsync(Options());
            Assert.Equal(IPv4[1], session.RemoteEndPoint.Address);
            Assert.InRange((_network.Elapsed - began).TotalSeconds, 0.03, 0.1);
        });
    }

    [Fact]
    public async Task Families_take_turns_and_a_client_reaches_both()
    {
        _network.AddHost(Name, IPv6[0], IPv6[1], IPv4[0], IPv4[1]);
        await _network.RunAsync(async () =>
        {
            await using var server = Listen(IPv4[1]);
            await using var client = new UdpackClient(Options());
            await using var session = await client.ConnectAsync();
            await session.SendAndConfirmAsync("hello"u8.ToArray());
            Assert.Equal([IPv6[0], IPv4[0], IPv6[1], IPv4[1]], _knockedAt.Distinct());
        });
    }

    [Fact]
    public async Task All_that_was_tried_is_listed()
    {
        _network.AddHost(Name, IPv6[0], IPv4[0]);
        await _network.RunAsync(async () =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options()));
            Assert.Equal(UdpackError.ConnectTimeout, exception.Error);
            Assert.Matches(
                @"^No connection to server.example:9000; all of its 2 addresses failed\. \[1\] udp://\[2001:db8::1\]:9000: No connection .* after 6 attempts .* \[2\] udp://192\.0\.2\.1:9000: .*$",
                exception.Message);
            Assert.Equal(2, Assert.IsType<AggregateException>(exception.InnerException).InnerExceptions.Count);
        });
    }

    [Fact]
    public async Task A_server_that_refuses_the_token_speaks_for_all_addresses()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0]);
            await using var second = Listen(IPv4[1]);
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options(options => options.Token = "stale"u8.ToArray())));
            Assert.Equal((UdpackError.AuthenticationFailed, true), (exception.Error, exception.Message.Contains("192.0.2.1", StringComparison.Ordinal)));
            Assert.Empty(second.Tokens);
        });
    }

    [Fact]
    public async Task A_server_that_refuses_the_handshake_is_left_for_the_next()
    {
        _network.AddHost(Name, IPv4[0], IPv4[1]);
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0], options => options.Algorithms = [CipherAlgorithm.Aes128Gcm]);
            await using var second = Listen(IPv4[1]);
            await using var session = await UdpackClient.ConnectAsync(Options());
            Assert.Equal(IPv4[1], session.RemoteEndPoint.Address);
        });
    }

    [Fact]
    public async Task The_name_is_looked_up_at_each_connect()
    {
        _network.AddHost(Name, IPv4[0]);
        await _network.RunAsync(async () =>
        {
            await using var first = Listen(IPv4[0]);
            await using var second = Listen(IPv4[1]);
            await using var client = new UdpackClient(Options());
            await using var here = await client.ConnectAsync();
            _network.AddHost(Name, IPv4[1]);
            await using var there = await client.ConnectAsync();
            Assert.Equal((IPv4[0], IPv4[1]), (here.RemoteEndPoint.Address, there.RemoteEndPoint.Address));
            Assert.Equal(here.LocalEndPoint, there.LocalEndPoint);
        });
    }

    [Fact]
    public async Task A_local_address_chooses_the_family()
    {
        _network.AddHost(Name, IPv6[0], IPv4[0]);
        await _network.RunAsync(async () =>
        {
            await using var server = Listen(IPv4[0]);
            await using var session = await UdpackClient.ConnectAsync(Options(options => options.LocalEndPoint = new IPEndPoint(IPAddress.Any, 0)));
            Assert.DoesNotContain(IPv6[0], _knockedAt);
        });
    }

    [Fact]
    public async Task Cancelling_ends_the_round()
    {
        _network.AddHost(Name, IPv4);
        await _network.RunAsync(async () =>
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(0.4), _network.TimeProvider);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await UdpackClient.ConnectAsync(Options(), impatient.Token));
            var knocks = _knockedAt.Count;
            await Task.Delay(TimeSpan.FromSeconds(60), _network.TimeProvider);
            Assert.Equal([IPv4[0], IPv4[1]], _knockedAt.Distinct());
            Assert.Equal(knocks, _knockedAt.Count);
        });
    }

    [Fact]
    public async Task A_lasting_connection_moves_to_another_address_when_its_server_dies()
    {
        await using var world = new ClientWorld();
        world.Network.AddHost(ClientWorld.ServerName, IPv4[0], IPv4[1]);
        await world.RunAsync(async () =>
        {
            await using var first = world.Listen(at: new IPEndPoint(IPv4[0], 9000));
            await using var second = world.Listen(at: new IPEndPoint(IPv4[1], 9000));
            Assert.Equal(IPv4[0], (await world.Connection.GetSessionAsync()).RemoteEndPoint.Address);
            await world.DelayAsync(1);
            await first.StopAsync();
            await world.UntilAsync(UdpackConnectionState.Reconnecting);
            Assert.Equal(IPv4[1], (await world.Connection.GetSessionAsync()).RemoteEndPoint.Address);
        });
    }

    private EchoListener Listen(IPAddress address, Action<UdpackListenerOptions>? change = null) =>
        new(_network, new IPEndPoint(address, 9000), change);

    private UdpackClientOptions Options(Action<UdpackClientOptions>? change = null)
    {
        var options = new UdpackClientOptions
        {
            Network = _network,
            RemoteEndPoint = new DnsEndPoint(Name, 9000),
            ServerPublicKey = ClientWorld.Key.PublicKey,
            Token = "token"u8.ToArray(),
        };
        change?.Invoke(options);
        return options;
    }

    private sealed class OnceValidator : ITokenValidator
    {
        private int _asked;

        public int Asked => _asked;

        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Interlocked.Increment(ref _asked) == 1 ? TokenVerdict.Success() : TokenVerdict.Failure("used up"));
    }
}
