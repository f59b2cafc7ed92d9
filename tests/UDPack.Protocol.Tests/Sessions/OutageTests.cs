using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>
/// The path is dead for a while and comes back: an outage of up to the idle timeout less 3 s ends no session and loses nothing, and
/// what waits goes on within 2.5 s of its end.
/// </summary>
public sealed class OutageTests
{
    private const long IdleTimeout = 30 * Pair.Second;
    private const long LongestOutage = IdleTimeout - (3 * Pair.Second);
    private const long LatestResumption = 2_500_000;

    public enum Traffic
    {
        /// <summary>Neither application sends while the path is dead.</summary>
        Idle,

        /// <summary>The client sends as much as it can.</summary>
        ClientSends,

        ServerSends,
        BothSend,

        /// <summary>Unreliable messages of the client, 50 a second.</summary>
        Messages,
    }

    public static TheoryData<Traffic, int> Cases
    {
        get
        {
            var data = new TheoryData<Traffic, int>();
            foreach (var traffic in Enum.GetValues<Traffic>())
            {
                foreach (var roundTripMs in new[] { 20, 100, 300, 600 })
                {
                    data.Add(traffic, roundTripMs);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_outage_shorter_than_the_idle_timeout_loses_nothing_and_traffic_goes_on_at_once(Traffic traffic, int roundTripMs)
    {
        foreach (var algorithm in new[] { CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr })
        {
            for (var seed = 1; seed <= 6; seed++)
            {
                // Whatever was probed when: of any length, and always also the longest.
                var random = new Random((roundTripMs * 1000) + ((int)traffic * 100) + (seed * 10) + (int)algorithm);
                var length = seed % 3 == 0 ? LongestOutage : random.NextInt64(Pair.Second, LongestOutage);
                new Outage(seed, traffic, roundTripMs, algorithm).Survive(random.NextInt64(500_000, 15 * Pair.Second), length);
            }
        }
    }

    [Theory]
    [InlineData(900)]
    [InlineData(7200)]
    public void After_an_outage_of_minutes_or_hours_traffic_goes_on_within_a_64th_of_it(int seconds)
    {
        var parameters = new TransportParameters { IdleTimeoutMs = 4 * 3600 * 1000 };
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = parameters }) { KeepsTrace = false };
        var (client, server) = pair.Establish(parameters: parameters);
        var sent = 0;
        pair.Observed = (_, _) => sent++;
        pair.Filter = static (_, _) => false;
        client.Send("there");
        server.Send("back");
        pair.Run(seconds * Pair.Second);
        pair.Filter = null;
        pair.RunUntil(() => client.Received.Count == 1 && server.Received.Count == 1, Math.Max(2, seconds / 64) * Pair.Second);

        // Two datagrams a probe and side: a steady 1.25 s at first, then ever less.
        Assert.InRange(sent, 0, 4 * (64 + (64 * Math.Log(seconds / 80.0)) + 16));
        pair.EndAll();
    }

    [Fact]
    public void A_session_with_nothing_in_flight_and_no_keep_alive_is_silent()
    {
        var parameters = new TransportParameters { IdleTimeoutMs = 4 * 3600 * 1000 };
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = parameters });
        var (client, server) = pair.Establish(parameters: parameters, session: new SessionOptions { KeepAliveMicros = 24 * 3600 * Pair.Second });
        pair.Echo(client, server);
        pair.Run(10 * Pair.Second);
        var before = pair.Trace.Count;
        pair.Run(3 * 3600 * Pair.Second);
        Assert.Equal(before, pair.Trace.Count);
        pair.Echo(client, server);
        pair.EndAll();
    }

    [Fact]
    public void A_server_with_a_shorter_timeout_survives_an_outage_shorter_than_it_whatever_the_client_chose()
    {
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = new TransportParameters { IdleTimeoutMs = 12_000 } });
        var (client, server) = pair.Establish(
            parameters: new TransportParameters { IdleTimeoutMs = 30_000 }, session: new SessionOptions { KeepAliveMicros = 10 * Pair.Second });
        pair.Echo(client, server);

        // The worst moment: just before a ping.
        pair.Run(10 * Pair.Second - (Pair.Second / 10));
        pair.Filter = static (_, _) => false;
        pair.Run(9 * Pair.Second);
        pair.Filter = null;
        pair.Run(Pair.Second);
        pair.Echo(client, server);
        pair.EndAll();
    }

    private sealed class Outage
    {
        private const int PacketSize = 1000;
        private const int MostWaiting = 200;

        private readonly Pair _pair;
        private readonly AppSide _client;
        private readonly AppSide _server;
        private readonly Traffic _traffic;
        private readonly string _what;
        private readonly Dictionary<AppSide, int> _sent = [];
        private bool _isOver;

        public Outage(int seed, Traffic traffic, int roundTripMs, CongestionAlgorithm algorithm)
        {
            (_traffic, _what) = (traffic, $"{traffic}, {roundTripMs} ms, {algorithm}, seed {seed}");
            var session = new SessionOptions { Congestion = algorithm };
            var conditions = new LinkConditions { Delay = roundTripMs * 500L, BitsPerSecond = 4_000_000, QueueDelay = 200_000, Mtu = 1472 };
            _pair = new Pair(seed, new ServerEndpointOptions { Session = session }) { ToServer = conditions, ToClient = conditions, KeepsTrace = false };
            (_client, _server) = _pair.Establish(session: session);
        }

        private IEnumerable<AppSide> Senders => _traffic switch
        {
            Traffic.ClientSends => [_client],
            Traffic.ServerSends => [_server],
            Traffic.BothSend => [_client, _server],
            _ => [],
        };

        public void Survive(long after, long length)
        {
            foreach (var sender in Senders)
            {
                sender.WhenDone = () => Fill(sender);
                Fill(sender);
            }

            RunFor(after);
            SetDead(true);
            RunFor(length);
            SetDead(false);
            AssertLives(length);
            AssertGoesOn(length);
            _isOver = true;
            _pair.RunUntil(() => Everything(_client, _server) && Everything(_server, _client), 300 * Pair.Second);
            AssertLives(length);
            Assert.Equal((0, 0), (_client.Failed, _server.Failed));
            _pair.EndAll();
        }

        private bool Everything(AppSide sender, AppSide receiver) => receiver.Received.Count == _sent.GetValueOrDefault(sender);

        private AppSide Other(AppSide side) => side == _client ? _server : _client;

        private void Fill(AppSide sender)
        {
            while (!_isOver && sender.End is null && _sent.GetValueOrDefault(sender) - sender.Acknowledged - sender.Failed < MostWaiting)
            {
                Send(sender);
            }
        }

        private void Send(AppSide sender)
        {
            var number = _sent[sender] = _sent.GetValueOrDefault(sender) + 1;
            var buffer = _pair.Buffers.Rent(PacketSize);
            BitConverter.TryWriteBytes(buffer.Span, number);
            sender.Session.Outbox.Send(_pair.Now, buffer);
        }

        private void RunFor(long micros)
        {
            if (_traffic != Traffic.Messages)
            {
                _pair.Run(micros);
                return;
            }

            for (; micros > 0; micros -= 20_000)
            {
                if (_client.End is null)
                {
                    _client.SendMessage(new byte[100]);
                }

                _pair.Run(Math.Min(micros, 20_000));
            }
        }

        private void SetDead(bool isDead)
        {
            _pair.ToServer = _pair.ToServer with { Blackhole = isDead };
            _pair.ToClient = _pair.ToClient with { Blackhole = isDead };
        }

        private void AssertLives(long length) => Assert.True(
            _client.End is null && _server.End is null, $"{_what}: an outage of {length / 1e6:0.0} s ended the session: {_client.End}, {_server.End}.");

        private void AssertGoesOn(long length)
        {
            if (_traffic == Traffic.Idle)
            {
                Send(_client);
                Send(_server);
                _pair.Flush();
            }

            var watched = _traffic switch
            {
                Traffic.Idle => [_client, _server],
                Traffic.Messages => [],
                _ => Senders.Select(Other).ToArray(),
            };
            var before = watched.Select(static side => side.Received.Count).ToArray();
            var messages = _server.Messages.Count;
            RunFor(LatestResumption);
            AssertLives(length);
            for (var i = 0; i < watched.Length; i++)
            {
                Assert.True(watched[i].Received.Count > before[i], $"{_what}: nothing came within 2.5 s of the end of an outage of {length / 1e6:0.0} s.");
            }

            Assert.True(_traffic != Traffic.Messages || _server.Messages.Count > messages, $"{_what}: no message came within 2.5 s of the end of an outage of {length / 1e6:0.0} s.");
        }
    }
}
