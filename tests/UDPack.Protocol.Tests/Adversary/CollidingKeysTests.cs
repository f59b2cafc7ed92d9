using System.Diagnostics;
using System.Reflection;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Somebody who chooses what a table is keyed by, so that all of it falls into one bucket.</summary>
public sealed class CollidingKeysTests
{
    private const int Entries = 4000;

    [Fact]
    public void A_repeated_shakehand_costs_the_same_among_entries_that_were_made_to_collide()
    {
        var (plain, known) = Filled(static (_, number) => new PeerAddress(Network + (ulong)number, 1, 0, 5000));
        var (colliding, bad) = Filled(Colliding);
        var (cheapest, attacked) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 20; round++)
        {
            cheapest = Math.Min(cheapest, Repeat(plain, known));
            attacked = Math.Min(attacked, Repeat(colliding, bad));
        }

        // Among so many entries in one bucket the first is the last of a list.
        Assert.InRange(attacked, 0, 4 * cheapest);
    }

    [Fact]
    public void Keys_that_collide_at_one_endpoint_do_not_at_another()
    {
        var hashes = new[] { new TableHash(new TestEntropy(1)), new TableHash(new TestEntropy(2)) };
        var ids = Enumerable.Range(0, 1 << 20).Select(static i => (uint)i).Where(i => (uint)hashes[0].GetHashCode(i) % 1021 == 0).Take(900).ToArray();

        Assert.Equal(900, ids.Length);
        Assert.InRange(ids.Select(id => (uint)hashes[1].GetHashCode(id) % 1021).Distinct().Count(), 500, 700);
    }

    [Fact]
    public void Every_part_of_a_key_counts()
    {
        var hash = new TableHash(new TestEntropy(1));
        var payload = new PayloadHash(1, 2, 3, 4);
        var address = new PeerAddress(1, 2, 3, 4);
        PeerAddress[] addresses = [address with { High = 9 }, address with { Low = 9 }, address with { ScopeId = 9 }, address with { Port = 9 }];
        (ushort, PayloadHash)[] payloads = [(6, payload), (5, payload with { A = 9 }), (5, payload with { B = 9 })];

        Assert.DoesNotContain(hash.GetHashCode(address), addresses.Select(hash.GetHashCode));
        Assert.DoesNotContain(hash.GetHashCode((5, payload)), payloads.Select(hash.GetHashCode));
    }

    [Fact]
    public void No_table_whose_keys_come_from_the_network_is_without_a_secret() =>
        Assert.Empty(Unseeded(typeof(ServerEndpoint).Assembly));

    /// <summary>Fields that hold a table keyed by numbers or addresses. Ids of 16 bits are a client's own, which nobody else chooses.</summary>
    private static string[] Unseeded(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           from field in type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
           where field.FieldType is { IsGenericType: true } table
               && (table.GetGenericTypeDefinition() == typeof(Dictionary<,>) || table.GetGenericTypeDefinition() == typeof(HashSet<>))
               && table.GenericTypeArguments[0] is { IsValueType: true } key
               && key != typeof(ushort)
           select $"{type.Name}.{field.Name}",
    ];

    private const ulong Network = 0x2001_0DB8_0000_0000;

    private static (Pair Pair, (PeerAddress From, byte[] Datagram) First) Filled(Func<ShakehandKey, int, PeerAddress> address)
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never, MaxPending = 40_000, HandshakeRatePerPrefix = null })
        {
            HoldsJobs = true,
            KeepsTrace = false,
        };
        (PeerAddress, byte[]) first = default;
        for (var i = 0; i < Entries; i++)
        {
            var datagram = Shakehands.Junk(pair, 77, i);
            var key = new ShakehandKey(default, 77, PayloadHash.Of(datagram.AsSpan(FrameHeader.Size)));
            var from = address(key, i);
            first = i == 0 ? (from, datagram) : first;
            pair.Server.OnDatagram(pair.Now, from, datagram);
        }

        Assert.Equal(Entries, pair.Server.PendingCount);
        return (pair, first);
    }

    /// <summary>Of the runtime's own hash of such a key every address is a linear part, so that one can be solved for any sum.</summary>
    private static PeerAddress Colliding(ShakehandKey key, int number)
    {
        var network = Network + ((ulong)number << 8);
        uint With(uint low) => (uint)(key with { From = new PeerAddress(network, low, 0, 5000) }).GetHashCode();
        var (none, factor) = (With(0), With(1) - With(0));
        var inverse = factor;
        for (var i = 0; i < 5; i++)
        {
            inverse *= 2 - (factor * inverse);
        }

        var low = (12_345u - none) * inverse;
        Assert.Equal(12_345u, With(low));
        return new PeerAddress(network, low, 0, 5000);
    }

    private static double Repeat(Pair pair, (PeerAddress From, byte[] Datagram) known)
    {
        const int times = 200;
        var before = pair.Server.Counters.Dropped(DropReason.RepeatedShakehand);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < times; i++)
        {
            pair.Server.OnDatagram(pair.Now, known.From, known.Datagram);
        }

        watch.Stop();
        Assert.Equal(times, pair.Server.Counters.Dropped(DropReason.RepeatedShakehand) - before);
        return watch.Elapsed.TotalMicroseconds / times;
    }
}
