using UDPack.Measuring;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Somebody with a whole network of addresses: what it can take is bounded, and other networks do not notice.</summary>
public sealed class PrefixLimitTests
{
    private const uint Attackers = 0xC6_33_64_00;

    [Fact]
    public void A_flood_from_one_prefix_is_held_to_its_rate_and_keeps_no_other_prefix_out()
    {
        var pair = new Pair(options: new ServerEndpointOptions { HandshakeRatePerPrefix = 100, HandshakeBurstPerPrefix = 200 });
        var began = pair.Now;
        var begun = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var before = pair.Server.Counters.Dropped(DropReason.BadCookie);
            pair.Inject(Attacker(i), Shakehands.Junk(pair, (ushort)(1 + i), i));
            begun += pair.Server.Counters.Dropped(DropReason.BadCookie) == before ? 1 : 0;
            pair.Run(100);
        }

        // Half of the burst is for those who prove their address.
        Assert.InRange(begun, 100, 100 + ((pair.Now - began) / 10_000) + 1);
        Assert.Equal(20_000 - begun, pair.Server.Counters.Dropped(DropReason.BadCookie));
        var connecting = pair.Connect();
        pair.Run(Pair.Second / 10);
        Assert.Equal(1, connecting.Handshake.Attempts);
        Assert.NotNull(connecting.Session);
    }

    [Fact]
    public void Forged_addresses_of_a_prefix_only_bring_cookies_to_those_who_really_live_there()
    {
        var pair = new Pair(options: new ServerEndpointOptions { HandshakeRatePerPrefix = 10, HandshakeBurstPerPrefix = 40 });
        for (var i = 0; i < 10_000; i++)
        {
            pair.Inject(Neighbour(i), Shakehands.Junk(pair, (ushort)(1 + i), i));
        }

        Assert.Equal(0, pair.Server.Counters.Dropped(DropReason.HandshakeRate));
        Assert.Equal(10_000 - 20, pair.Server.Counters.Dropped(DropReason.BadCookie));
        for (var i = 0; i < 20; i++)
        {
            pair.Connect(attempts: 1);
        }

        pair.Run(Pair.Second);
        Assert.Equal(20, pair.Server.SessionCount);
    }

    [Fact]
    public void Where_addresses_are_never_proven_forged_ones_cannot_use_up_the_rate_of_a_prefix()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never, HandshakeRatePerPrefix = 10, HandshakeBurstPerPrefix = 20 });
        for (var i = 0; i < 100; i++)
        {
            pair.Inject(Neighbour(i), Shakehands.Junk(pair, (ushort)(1 + i), i));
        }

        var connecting = pair.Connect(attempts: 1);
        pair.Run(Pair.Second);

        Assert.Equal(0, pair.Server.Counters.Dropped(DropReason.HandshakeRate));
        Assert.NotNull(connecting.Session);
    }

    [Fact]
    public void A_fleet_behind_one_address_connects_at_once_with_the_defaults()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 2000 }) { KeepsTrace = false };
        for (var i = 0; i < 1000; i++)
        {
            pair.Connect();
        }

        pair.Run(20 * Pair.Second);
        Assert.Equal(1000, pair.Server.SessionCount);
        Assert.Equal(0, pair.Server.Counters.Dropped(DropReason.HandshakeRate));
    }

    [Fact]
    public void One_prefix_gets_a_quarter_of_the_pending_handshakes_however_many_hosts_it_has()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never, MaxPending = 400 }) { HoldsJobs = true };
        for (var i = 0; i < 1000; i++)
        {
            pair.Inject(Attacker(i), Shakehands.Junk(pair, (ushort)(1 + i), i));
        }

        Assert.Equal(100, pair.Server.PendingCount);
        Assert.Equal(900, pair.Server.Counters.Dropped(DropReason.HandshakesFull));
        pair.HoldsJobs = false;
        pair.EndAll();
    }

    [Fact]
    public void One_prefix_gets_no_more_sessions_than_its_limit_and_another_gets_its_own()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessionsPerPrefix = 3 });
        for (var i = 0; i < 5; i++)
        {
            pair.Connect(attempts: 1, from: i == 0 ? null : pair.AddClient());
            pair.Run(100_000);
        }

        Assert.Equal(3, pair.Server.SessionCount);
        Assert.Equal(2, pair.Server.Counters.Refused(HandshakeRejection.Busy));
        var elsewhere = pair.AddClient();
        pair.Rebind(PeerAddress.FromIPv4(Pair.ClientAddress.IPv4 + 256, 40_000), elsewhere);
        pair.Connect(attempts: 1, from: elsewhere);
        pair.Run(100_000);
        Assert.Equal(4, pair.Server.SessionCount);
        pair.EndAll();
    }

    [Fact]
    public void A_changed_rate_holds_from_the_next_shakehand_on()
    {
        // Of two in a burst the second is for those who prove their address.
        var pair = new Pair(options: new ServerEndpointOptions { HandshakeRatePerPrefix = 1, HandshakeBurstPerPrefix = 2 });
        pair.Inject(Attacker(0), Shakehands.Junk(pair, 1, 0));
        pair.Inject(Attacker(1), Shakehands.Junk(pair, 2, 1));
        Assert.Equal(1, pair.Server.Counters.Dropped(DropReason.BadCookie));

        pair.Server.ApplyOptions(pair.Options with { HandshakeRatePerPrefix = null });
        pair.Inject(Attacker(2), Shakehands.Junk(pair, 3, 2));
        Assert.Equal(1, pair.Server.Counters.Dropped(DropReason.BadCookie));
    }

    [Fact]
    public void The_table_keeps_its_size_and_its_judgement_when_a_million_prefixes_pass()
    {
        var rates = new PrefixRates(perSecond: 10, burst: 20, secret: 42);
        var busy = Prefix(0);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(rates.TryTake(0, busy));
        }

        Assert.False(rates.TryTake(0, busy));
        var (passed, refused) = (0, 0);
        Assert.Equal(0, Allocated.By(() =>
        {
            refused = 0;
            for (var last = passed + 1_000_000; passed < last;)
            {
                // 10,000 a second, each prefix once: as busy as the open internet, and within what each may do.
                passed++;
                refused += rates.TryTake(passed * 100L, Prefix(passed)) ? 0 : 1;
            }
        }));

        Assert.InRange(refused, 0, 100);
    }

    [Fact]
    public void A_prefix_that_shares_one_bucket_with_a_flooder_still_has_the_other()
    {
        var rates = new PrefixRates(perSecond: 1, burst: 1, secret: 7);
        for (var i = 0; i < 200; i++)
        {
            rates.TryTake(0, Prefix(i));
        }

        // Of 4096 buckets in each row 200 are empty: 5 % of all prefixes share one of them, a quarter of a percent both.
        var refused = 0;
        for (var i = 1000; i < 1200; i++)
        {
            refused += rates.TryTake(0, Prefix(i)) ? 0 : 1;
        }

        Assert.InRange(refused, 0, 8);
    }

    [Theory]
    [InlineData(24, 56, 0xC6_33_64_FFu, 0xC6_33_64_00u)]
    [InlineData(32, 56, 0xC6_33_64_FFu, 0xC6_33_64_FFu)]
    [InlineData(8, 56, 0xC6_33_64_FFu, 0xC6_00_00_00u)]
    public void An_IPv4_prefix_has_so_many_bits(int ipv4, int ipv6, uint address, uint prefix) =>
        Assert.Equal(PeerAddress.FromIPv4(prefix, 0), new PrefixLengths(ipv4, ipv6).PrefixOf(PeerAddress.FromIPv4(address, 4711)));

    [Theory]
    [InlineData(56, 0x2001_0DB8_1234_5600u)]
    [InlineData(64, 0x2001_0DB8_1234_5678u)]
    [InlineData(32, 0x2001_0DB8_0000_0000u)]
    public void An_IPv6_prefix_has_so_many_bits(int length, ulong high) =>
        Assert.Equal(new PeerAddress(high, 0, 0, 0), new PrefixLengths(24, length).PrefixOf(new PeerAddress(0x2001_0DB8_1234_5678, 99, 0, 4711)));

    private static PeerAddress Attacker(int number) => PeerAddress.FromIPv4(Attackers + (uint)(number % 256), (ushort)(1024 + (number / 256)));

    private static PeerAddress Neighbour(int number) => PeerAddress.FromIPv4((Pair.ClientAddress.IPv4 & 0xFFFF_FF00) + (uint)(number % 256), (ushort)(1024 + (number / 256)));

    private static PeerAddress Prefix(int number) => PeerAddress.FromIPv4((uint)number << 8, 0);
}
