using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Junk that costs the server a private-key operation each: with RSA a few hundred a second are more than the workers can do.</summary>
public sealed class ExpensiveJunkTests
{
    /// <summary>What an RSA key of 4096 bits takes on a slow core; two workers do 500 a second.</summary>
    private const long Work = 4000;

    private const int PerSecond = 600;

    private readonly HandshakeJob?[] _working = new HandshakeJob?[2];
    private readonly long[] _doneAt = new long[2];

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Strangers_connect_within_300_ms_beside_600_junk_shakehands_a_second(bool fromOneSocket, bool atOneAddress)
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 10_000 }) { HoldsJobs = true, KeepsTrace = false };
        var sent = new Dictionary<ushort, (PeerAddress From, byte[] Datagram)>();
        var waiting = new List<(Connecting Connecting, long Since)>();
        var (slowest, connected) = (0L, 0);
        var began = pair.Now;
        for (var (junk, strangers) = (0, 0); pair.Now - began < 10 * Pair.Second;)
        {
            for (; junk * Pair.Second / PerSecond <= pair.Now - began; junk++)
            {
                // From one socket, which answers a demand for cookies; or with forged addresses, which cannot.
                var from = fromOneSocket ? Shakehands.Address(5) : Shakehands.Address(256 * (junk + 1));
                sent[(ushort)(junk + 1)] = (from, Junk(pair, (ushort)(junk + 1), junk));
                pair.Inject(from, sent[(ushort)(junk + 1)].Datagram);
            }

            AnswerRetries(pair, sent, fromOneSocket);
            if (strangers * Pair.Second / 10 <= pair.Now - began)
            {
                var host = pair.AddClient();

                // From networks of their own, or from behind the address of the one who sends the junk.
                strangers++;
                pair.Rebind(atOneAddress ? Shakehands.Address(5) with { Port = (ushort)(10_000 + strangers) } : Shakehands.Address(-256 * strangers), host);
                waiting.Add((pair.Connect(from: host), pair.Now));
            }

            pair.Run(1000);
            Turn(pair);
            foreach (var (connecting, since) in waiting.ToArray())
            {
                if (connecting.Session is not null)
                {
                    slowest = Math.Max(slowest, pair.Now - since);
                    connected++;
                    waiting.Remove((connecting, since));
                }
            }
        }

        // All but those that came at the very end, each with a round trip for the cookie and one for the handshake.
        Assert.InRange(connected, 97, 100);
        Assert.InRange(slowest, 20_000, 300_000);
        Assert.Equal(0, pair.Server.Counters.Dropped(DropReason.HandshakeRate));
    }

    [Fact]
    public void Prefixes_are_served_by_turns_and_what_is_too_much_is_the_newest_of_the_longest()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never }) { HoldsJobs = true };
        PeerAddress[] senders = [.. Enumerable.Range(0, 5).Select(static i => Shakehands.Address(i)), Shakehands.Address(256), Shakehands.Address(512), Shakehands.Address(513)];
        foreach (var (number, from) in senders.Index())
        {
            pair.Inject(from, Shakehands.Junk(pair, (ushort)(number + 1), number));
        }

        Assert.Equal(8, pair.Server.JobsWaiting);
        pair.Server.ShedJobs(pair.Now, 6);
        Assert.Equal(6, pair.Server.JobsWaiting);
        Assert.Equal(2, pair.Server.Counters.Dropped(DropReason.HandshakesFull));
        var served = new List<PeerAddress>();
        while (pair.Server.TryTakeJob(out var job))
        {
            served.Add(job.RemoteAddress);
            pair.RunJob(job);
        }

        Assert.Equal([senders[0], senders[5], senders[6], senders[1], senders[7], senders[2]], served);
        pair.Run(100_000);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    [Fact]
    public void Within_a_prefix_sockets_are_served_by_turns_and_a_full_host_makes_room_for_another_of_its_sockets()
    {
        // A host may have 8 unfinished.
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never, MaxPending = 64 }) { HoldsJobs = true };
        var flooder = Shakehands.Address(1);
        for (var i = 0; i < 20; i++)
        {
            pair.Inject(flooder, Shakehands.Junk(pair, (ushort)(i + 1), i));
        }

        Assert.Equal((8, 12), (pair.Server.JobsWaiting, pair.Server.Counters.Dropped(DropReason.HandshakesFull)));
        pair.Inject(flooder with { Port = 7 }, Shakehands.Junk(pair, 100, 100));
        pair.Inject(flooder with { Port = 7 }, Shakehands.Junk(pair, 101, 101));
        pair.Inject(flooder with { Port = 8 }, Shakehands.Junk(pair, 102, 102));
        Assert.Equal((8, 15), (pair.Server.JobsWaiting, pair.Server.Counters.Dropped(DropReason.HandshakesFull)));
        var served = new List<ushort>();
        while (pair.Server.TryTakeJob(out var job))
        {
            served.Add(job.RemoteAddress.Port);
            pair.RunJob(job);
        }

        Assert.Equal([flooder.Port, (ushort)7, (ushort)8, .. Enumerable.Repeat(flooder.Port, 5)], served);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    [Fact]
    public void A_queue_of_single_ones_sheds_the_newest()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never }) { HoldsJobs = true };
        for (var i = 0; i < 5; i++)
        {
            pair.Inject(Shakehands.Address(256 * i), Shakehands.Junk(pair, (ushort)(i + 1), i));
        }

        pair.Server.ShedJobs(pair.Now, 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(pair.Server.TryTakeJob(out var job));
            Assert.Equal(Shakehands.Address(256 * i), job.RemoteAddress);
            pair.RunJob(job);
        }

        Assert.False(pair.Server.TryTakeJob(out _));
        pair.Server.ShedJobs(pair.Now, 0);
        pair.Inject(Shakehands.Address(1024), Shakehands.Junk(pair, 9, 9));
        Assert.Equal(1, pair.Server.JobsWaiting);
        pair.Server.ShedJobs(pair.Now, 0);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    /// <summary>Two workers that take one job after another, each for as long as it takes.</summary>
    private void Turn(Pair pair)
    {
        for (var i = 0; i < _working.Length; i++)
        {
            if (_working[i] is { } done && _doneAt[i] <= pair.Now)
            {
                _working[i] = null;
                pair.RunJob(done);
            }

            if (_working[i] is null && pair.Server.TryTakeJob(out var next))
            {
                _working[i] = next;
                _doneAt[i] = pair.Now + Work;
            }
        }

        // As the listener leaves it.
        pair.Server.ShedJobs(pair.Now, 1024);
        pair.Flush();
    }

    private static void AnswerRetries(Pair pair, Dictionary<ushort, (PeerAddress From, byte[] Datagram)> sent, bool answers)
    {
        var retries = pair.Elsewhere.Where(static d => Forger.Header(d.Content).Opcode == Opcode.Retry).ToArray();
        pair.Elsewhere.Clear();
        foreach (var (_, retry) in answers ? retries : [])
        {
            var (from, datagram) = sent[Forger.Header(retry).ClientId];
            var cookie = retry[(FrameHeader.Size + 8)..];
            pair.Inject(from, [.. datagram, (byte)cookie.Length, .. cookie]);
        }
    }

    private static byte[] Junk(Pair pair, ushort clientId, int random)
    {
        var payload = new byte[600];
        payload[0] = ShakehandSealing.RsaOaep;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(1), pair.Key.PublicKey.KeyId);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(100), random);
        return Shakehands.Datagram((uint)clientId << 16, payload);
    }
}
