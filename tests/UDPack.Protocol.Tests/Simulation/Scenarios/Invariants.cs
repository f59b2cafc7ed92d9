using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>What must hold whenever something happened: no limit is exceeded and the books balance.</summary>
internal sealed class Invariants(Pair pair, List<Conversation> conversations, TransportParameters client, TransportParameters server) : IPairObserver
{
    /// <summary>What every session may hold whatever the endpoint's limit, and the datagram that went beyond.</summary>
    private const long HeldInAnyCase = MemoryBudget.AlwaysGranted + (2 * 65_536);

    /// <summary>Timers are rounded up to a tick.</summary>
    private const long LatestTimer = 2048;

    private readonly AddressLedger _addresses = new(pair);
    private readonly Dictionary<Session, (long Deadline, long SeenAt)> _passed = [];
    private readonly Dictionary<uint, (long InFlight, bool MayExceed)> _before = [];

    public void OnProven(PeerAddress address) => _addresses.OnProven(address);

    public void BeforeServerReceives(PeerAddress from, int length) => _addresses.BeforeServerReceives(from, length);

    public void BeforeWrite(Endpoint endpoint)
    {
        foreach (var conversation in conversations)
        {
            if ((endpoint == pair.Server ? conversation.Server : conversation.Client) is { } party && (endpoint == pair.Server || endpoint == conversation.Host.Endpoint))
            {
                ref var recovery = ref party.Session.Context.Recovery;
                _before[party.Session.Id] = (recovery.BytesInFlight, recovery.ProbesDue > 0 || party.Session.Pings.PongsWaiting > 0);
            }
        }
    }

    public void AfterWrite(Endpoint endpoint, in Transmit transmit, ReadOnlySpan<byte> content)
    {
        if (endpoint == pair.Server)
        {
            _addresses.OnSent(transmit.To, transmit.Length);
        }

        FrameHeader.TryRead(content, out var header, out _);
        foreach (var conversation in conversations)
        {
            var party = endpoint == pair.Server ? conversation.Server : endpoint == conversation.Host.Endpoint ? conversation.Client : null;
            if (party is not null && party.Session.Id == header.SessionId && party.End is null)
            {
                AssertWithinWindow(party.Session, transmit);
            }
        }
    }

    public void AfterStep()
    {
        var heldByServer = 0L;
        var sessions = 0;
        foreach (var host in pair.Hosts)
        {
            var heldByClient = 0L;
            foreach (var conversation in conversations)
            {
                if (conversation.Host != host)
                {
                    continue;
                }

                heldByServer += conversation.Server?.Session.Memory.Held ?? 0;
                heldByClient += conversation.Client?.Session.Memory.Held ?? 0;
                AssertNothingIsSentAfterTheEnd(conversation.Server);
                AssertNothingIsSentAfterTheEnd(conversation.Client);
                if (conversation.Server is { End: null } party)
                {
                    AssertBooksBalance(party, conversation.Client, client.MaxStreams);
                    sessions++;
                }

                if (conversation.Client is { End: null } other)
                {
                    AssertBooksBalance(other, conversation.Server, server.MaxStreams);
                }
            }

            Assert.Equal(heldByClient, host.Endpoint.Memory.Held);
        }

        Assert.Equal(heldByServer, pair.Server.Memory.Held);
        Assert.InRange(pair.Server.Memory.Held, 0, pair.Options.MaxBufferedBytes + (sessions * HeldInAnyCase) + LargestInProgress);
    }

    /// <summary>What one session at a time may hold beyond the endpoint's limit, so that its packet can be completed.</summary>
    private long LargestInProgress => 2 * (pair.Options.Session.MaxSessionWindow + pair.Options.Parameters.MaxPacketBytes);

    private void AssertBooksBalance(Party party, Party? other, long mayOpen)
    {
        AssertTimersAreHeard(party.Session);
        ref readonly var window = ref party.Session.Inbox.Window;
        Assert.True(window.Held >= 0, "More was consumed than arrived.");
        Assert.True(window.Used <= window.AdvertisedLimit, "More arrived than was granted.");
        ref readonly var credit = ref party.Session.Outbox.Credit;
        Assert.True(credit.Used <= credit.Limit, "More was sent than was granted.");
        if (other is not null)
        {
            Assert.True(credit.Limit <= other.Session.Inbox.Window.AdvertisedLimit, "More credit is believed than was given.");
        }

        var unread = party.Reader.Holding;
        if (party.Session.Streams is { } streams)
        {
            Assert.InRange(streams.Table.LocalOpen, 0, mayOpen);
            Assert.True(streams.Table.RemoteOpen >= 0);
            unread += AssertStreamsBalance(party, streams);
        }

        Assert.True(window.Held >= unread, "What the application has not taken is counted as taken.");
        AssertMemoryIsBounded(party);
    }

    private static void AssertNothingIsSentAfterTheEnd(Party? party) =>
        Assert.True(party is not { End: not null } || party.Session.Memory.Sending == 0, "What will never be sent still counts.");

    /// <summary>What is held is what is counted, and never more than twice what the peer was allowed.</summary>
    private static void AssertMemoryIsBounded(Party party)
    {
        var memory = party.Session.OwnChannel.Receiver.Memory + party.Reader.Memory + party.ValuesHeld;
        long settled = party.Session.OwnChannel.Receiver.Settled;
        foreach (var stream in party.Session.Streams?.All ?? Enumerable.Empty<PacketChannel>())
        {
            memory += stream.Receiver.Memory;
            settled += stream.Receiver.Settled;
        }

        memory += party.Streams.Where(static s => !s.Channel.IsAborting && !s.Channel.IsPeerAborted).Sum(static s => s.Reader.Memory);
        Assert.Equal(memory, party.Session.Memory.Received);
        ref readonly var window = ref party.Session.Inbox.Window;
        Assert.InRange(memory - party.ValuesHeld, 0, 2 * (window.AdvertisedLimit - window.Consumed + (settled * Cost.PerPacket)));
    }

    /// <summary>A deadline that passed and stays would have the endpoint called again and again for nothing.</summary>
    private void AssertTimersAreHeard(Session session)
    {
        var deadline = session.NextDeadline;
        if (deadline > pair.Now)
        {
            _passed.Remove(session);
        }
        else if (!_passed.TryGetValue(session, out var passed) || passed.Deadline != deadline)
        {
            // An ack may bring it forward into the past.
            _passed[session] = (deadline, pair.Now);
        }
        else
        {
            Assert.True(pair.Now - passed.SeenAt <= LatestTimer, $"A deadline passed {pair.Now - deadline} µs ago and nothing was done about it:{DescribeTimes(session)}");
        }
    }

    private string DescribeTimes(Session session) =>
        $" recovery {session.Context.Recovery.Deadline - pair.Now}, acks {session.Context.Acks.Deadline - pair.Now}, ciphers {session.Ciphers.Deadline - pair.Now},"
        + $" streams {(session.Streams?.Deadline ?? long.MaxValue) - pair.Now}, keep-alive {session.Context.Liveness.KeepAliveDeadline - pair.Now}";

    private static long AssertStreamsBalance(Party party, StreamSet streams)
    {
        var (held, unread) = (0L, 0L);
        foreach (var side in party.Streams)
        {
            var stream = side.Channel;
            Assert.True(stream.ReceiveCredit.Held >= 0, $"Stream {stream.Id}: more was consumed than arrived.");
            Assert.True(stream.ReceiveCredit.Used <= stream.ReceiveCredit.AdvertisedLimit);
            Assert.True(stream.SendCredit.Used <= stream.SendCredit.Limit);
            held += stream.ReceiveCredit.Held;
            unread += stream.IsAborting || stream.IsPeerAborted ? 0 : side.Reader.Holding;
        }

        foreach (var stream in streams.All)
        {
            // Not announced yet, as its openstream is missing; or never, as it was aborted before.
            held += stream.Events is null ? stream.ReceiveCredit.Held : 0;
        }

        Assert.Equal(held, party.Session.Inbox.HeldByStreams);
        return unread;
    }

    private void AssertWithinWindow(Session session, in Transmit transmit)
    {
        ref var recovery = ref session.Context.Recovery;
        var (inFlight, mayExceed) = _before[session.Id];
        if (!mayExceed && recovery.BytesInFlight > inFlight && transmit.Path == session.Path)
        {
            Assert.True(
                recovery.BytesInFlight <= recovery.Congestion.Window,
                $"{recovery.BytesInFlight} bytes are in flight in a window of {recovery.Congestion.Window}.");
        }
    }
}
