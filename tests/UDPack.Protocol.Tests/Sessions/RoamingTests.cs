using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class RoamingTests
{
    private const int Packets = 400;
    private const long RoundTrip = 20_000;

    private static readonly PeerAddress OtherPort = Pair.ClientAddress with { Port = 40_001 };
    private static readonly PeerAddress OtherHost = PeerAddress.FromIPv4(0x0B_00_00_02, 40_000);
    private static readonly PeerAddress Thief = PeerAddress.FromIPv4(0x0C_00_00_03, 666);

    private readonly Pair _pair = new(11);
    private readonly AddressLedger _ledger;
    private readonly AppSide _client;
    private readonly AppSide _server;

    public RoamingTests()
    {
        _pair.Observer = _ledger = new AddressLedger(_pair);
        (_client, _server) = _pair.Establish();
    }

    public static TheoryData<string> Moves => ["another port", "another host"];

    [Theory]
    [MemberData(nameof(Moves))]
    public void A_client_that_moves_in_the_middle_of_a_transfer_loses_nothing(string move)
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Loss = 0.02 };
        SendMany();
        _pair.Run(6 * RoundTrip);
        Assert.InRange(_server.Received.Count, 1, Packets - 1);

        var to = move == "another port" ? OtherPort : OtherHost;
        _pair.Rebind(to);

        _pair.RunUntil(() => _server.Received.Count == Packets && _client.Received.Count == Packets, 30 * Pair.Second);
        AssertInOrder();
        Assert.Equal([to], _server.Moves);
        _pair.EndAll();
    }

    [Fact]
    public void A_client_that_only_receives_is_found_again_by_its_next_ping()
    {
        for (var i = 0; i < Packets; i++)
        {
            _server.Send(new byte[1000]);
        }

        _pair.Run(3 * RoundTrip);
        _pair.Rebind(OtherHost);
        _pair.RunUntil(() => _client.Received.Count == Packets, 30 * Pair.Second);
        Assert.Equal([OtherHost], _server.Moves);
    }

    [Fact]
    public void A_quick_copy_of_every_datagram_from_elsewhere_does_not_steal_the_session()
    {
        _pair.Filter = (toServer, datagram) =>
        {
            if (toServer)
            {
                _pair.Copy(Thief, datagram);
            }

            return true;
        };
        SendMany();
        _pair.RunUntil(() => _server.Received.Count == Packets && _client.Received.Count == Packets, 30 * Pair.Second);
        AssertInOrder();
        Assert.Empty(_server.Moves);
        Assert.Equal(Pair.ClientAddress, _server.Session.RemoteAddress);
        Assert.NotEmpty(_pair.Elsewhere);
    }

    [Fact]
    public void An_address_that_has_not_answered_is_sent_at_most_three_times_what_came_from_it()
    {
        // The ledger checks every datagram; nothing of what the server sends arrives.
        _pair.ToClient = new LinkConditions { Blackhole = true };
        SendMany();
        _pair.Rebind(OtherHost);
        _client.Send("from elsewhere");
        _pair.Run(20 * Pair.Second);
        Assert.InRange(_ledger.SentTo(OtherHost), 1, 3 * _ledger.ReceivedFrom(OtherHost));
        Assert.Empty(_server.Moves);
    }

    [Fact]
    public void A_way_back_that_is_dead_for_longer_than_all_challenges_is_tried_again()
    {
        _pair.Rebind(OtherPort);
        _client.Send("from the new port");
        _pair.ToClient = new LinkConditions { Blackhole = true };
        _pair.Run(4 * Pair.Second);
        _pair.ToClient = new LinkConditions();

        _pair.RunUntil(() => _server.Moves.Count > 0, 15 * Pair.Second);
        _pair.Echo(_client, _server);
    }

    [Fact]
    public void An_address_is_asked_four_times_in_a_row_one_two_and_four_probe_timeouts_apart_and_again_when_more_comes_from_it()
    {
        // 200 ms there and back, so that the probe timeout is far from both of its bounds.
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = 100_000 };
        for (var i = 0; i < 50; i++)
        {
            _pair.Echo(_client, _server);
        }

        var sent = new SentTo(_pair, OtherPort);
        _pair.Observer = sent;
        _pair.Rebind(OtherPort);
        _pair.ToClient = new LinkConditions { Blackhole = true };

        // Three times as much is enough for four; the client's own pings, which would begin further rows, stay away.
        _pair.Filter = static (toServer, content) => !toServer || content.Length > 1000;
        _client.SendMessage(new byte[1160]);
        _client.SendMessage(new byte[1160]);
        _pair.Run(8 * Pair.Second);
        _client.SendMessage(new byte[1160]);
        _client.SendMessage(new byte[1160]);
        _pair.Run(2 * Pair.Second);

        Assert.Equal(8, sent.At.Count);
        for (var first = 0; first < 8; first += 4)
        {
            var timeout = sent.At[first + 1] - sent.At[first];
            Assert.InRange(timeout, 200_000, 500_000);
            Assert.InRange(sent.At[first + 2] - sent.At[first + 1], 19 * timeout / 10, 21 * timeout / 10);
            Assert.InRange(sent.At[first + 3] - sent.At[first + 2], 38 * timeout / 10, 42 * timeout / 10);
        }
    }

    [Fact]
    public void A_challenge_is_answered_at_once_though_the_window_is_full()
    {
        const long delay = 100_000;
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = delay };
        for (var i = 0; i < Packets; i++)
        {
            _client.Send(new byte[1000]);
        }

        // All acks go where the client was: nothing tells it that there is room again.
        _pair.Run(delay * 3);
        _pair.Rebind(OtherPort);
        _pair.RunUntil(() => _ledger.SentTo(OtherPort) > 0, 5 * Pair.Second);
        _pair.RunUntil(() => _server.Moves.Count > 0, (2 * delay) + 10_000);
    }

    private sealed class SentTo(Pair pair, PeerAddress address) : IPairObserver
    {
        public List<long> At { get; } = [];

        public void BeforeServerReceives(PeerAddress from, int length)
        {
        }

        public void BeforeWrite(Endpoint endpoint)
        {
        }

        public void AfterWrite(Endpoint endpoint, in Transmit transmit, ReadOnlySpan<byte> content)
        {
            if (endpoint == pair.Server && transmit.To == address)
            {
                At.Add(pair.Now);
            }
        }

        public void AfterStep()
        {
        }
    }

    private void SendMany()
    {
        for (var i = 0; i < Packets; i++)
        {
            _client.Send(BitConverter.GetBytes(i).Concat(new byte[1000]).ToArray());
            _server.Send(BitConverter.GetBytes(i).Concat(new byte[1000]).ToArray());
        }
    }

    private void AssertInOrder()
    {
        Assert.Equal(Enumerable.Range(0, Packets), _server.Received.Select(static c => BitConverter.ToInt32(c)));
        Assert.Equal(Enumerable.Range(0, Packets), _client.Received.Select(static c => BitConverter.ToInt32(c)));
    }
}
