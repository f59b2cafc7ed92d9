using System.Text;
using UDPack.Protocol.Handshake;
using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>
/// A server and a client endpoint on virtual time, joined by a seeded link. Nothing happens but in <see cref="Run(long)"/>
/// and its kin, and everything happens the same way for the same seed.
/// </summary>
internal sealed class Pair : IServerEvents
{
    public const long Second = 1_000_000;
    public const long UnixEpochOffsetMs = 1_700_000_000_000;

    private readonly SimulatedLink _toServer;
    private readonly SimulatedLink _toClient;
    private readonly PriorityQueue<InFlight, (long At, long Order)> _network = new();
    private readonly byte[] _buffer = new byte[65_535];
    private long _order;

    public Pair(int seed = 1, ServerEndpointOptions? options = null, ServerKey? key = null)
    {
        _toServer = new SimulatedLink(ToServer.ToLink(), seed);
        _toClient = new SimulatedLink(ToClient.ToLink(), ~(long)seed);
        Key = key ?? TestKeys.P256;
        Options = options ?? new ServerEndpointOptions();
        ServerEntropy = new TestEntropy(seed);
        ClientEntropy = new TestEntropy(~seed);
        Server = new ServerEndpoint(Options, Ciphers, ServerEntropy, Buffers, this, UnixEpochOffsetMs);
        Client = new ClientEndpoint(Ciphers, ClientEntropy, Buffers, UnixEpochOffsetMs);
    }

    public static PeerAddress ServerAddress { get; } = PeerAddress.FromIPv4(0x0A_00_00_01, 9000);

    public static PeerAddress ClientAddress { get; } = PeerAddress.FromIPv4(0x0A_00_00_02, 40_000);

    public ServerKey Key { get; }

    public ServerEndpointOptions Options { get; }

    public SystemCipherFactory Ciphers { get; } = new();

    public CountingBuffers Buffers { get; } = new();

    public TestEntropy ServerEntropy { get; set; }

    public TestEntropy ClientEntropy { get; set; }

    public ServerEndpoint Server { get; private set; }

    public ClientEndpoint Client { get; }

    public LinkConditions ToServer
    {
        get;
        set => _toServer.Conditions = (field = value).ToLink();
    } = new();

    public LinkConditions ToClient
    {
        get;
        set => _toClient.Conditions = (field = value).ToLink();
    } = new();

    /// <summary>Sees every datagram before the link does; false takes it away.</summary>
    public Func<bool, byte[], bool>? Filter { get; set; }

    /// <summary>All datagrams ever sent, in order.</summary>
    public List<(long At, bool ToServer, byte[] Content)> Trace { get; } = [];

    /// <summary>What the server sent to others than the client.</summary>
    public List<(PeerAddress To, byte[] Content)> Elsewhere { get; } = [];

    public long Now { get; private set; } = 1_000_000;

    /// <summary>What the application decides about a token; null accepts. Counted.</summary>
    public Func<string, HandshakeRejection?> Validator { get; set; } = static _ => null;

    public int ValidatorCalls { get; private set; }

    /// <summary>Whether handshake jobs wait for <see cref="RunJobs"/> instead of being run at once.</summary>
    public bool HoldsJobs { get; set; }

    public List<AppSide> ServerSessions { get; } = [];

    public List<HandshakeStep> ServerSteps { get; } = [];

    public bool ObservesHandshakes => true;

    public Connecting Connect(
        string token = "secret",
        CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm,
        TransportParameters? parameters = null,
        int attempts = 6,
        long retryInterval = 500_000,
        SessionOptions? session = null)
    {
        var shakehand = PreparedShakehand.Create(
            Key.PublicKey, algorithm, Encoding.UTF8.GetBytes(token), parameters ?? new TransportParameters(), ClientEntropy);
        var connecting = new Connecting(this);
        var request = new ClientConnect(ServerAddress, shakehand, attempts, retryInterval, session ?? new SessionOptions());
        connecting.Shakehand = shakehand;
        connecting.KeyAndIv = [.. shakehand.KeyAndIv];
        connecting.Share = shakehand.Share.ExportParameters(includePrivateParameters: true);
        connecting.Handshake = Client.Connect(Now, request, connecting);
        Flush();
        return connecting;
    }

    /// <summary>Connects and returns both ends.</summary>
    public (AppSide Client, AppSide Server) Establish(string token = "secret", TransportParameters? parameters = null, SessionOptions? session = null)
    {
        var connecting = Connect(token, parameters: parameters, session: session);
        RunUntil(() => connecting.Session is not null && ServerSessions.Any(s => s.Session.Id == connecting.Session.Session.Id), 60 * Second);
        return (connecting.Session!, ServerSideOf(connecting));
    }

    /// <summary>The server's end of a connected session.</summary>
    public AppSide ServerSideOf(Connecting connecting) =>
        ServerSessions.Last(s => s.Session.Id == connecting.Session!.Session.Id);

    /// <summary>Connects with what <see cref="Connecting"/> remembers, for tests that need the session's secrets.</summary>
    public (Connecting Connecting, AppSide Client, AppSide Server) EstablishOpenly(TransportParameters? parameters = null)
    {
        var connecting = Connect(parameters: parameters);
        RunUntil(() => connecting.Session is { } c && ServerSessions.Any(s => s.Session.Id == c.Session.Id), 60 * Second);
        return (connecting, connecting.Session!, ServerSideOf(connecting));
    }

    /// <summary>Sends a packet each way and waits until it is there: the session lives.</summary>
    public void Echo(AppSide client, AppSide server)
    {
        var (there, back) = (server.Received.Count, client.Received.Count);
        client.Send($"there {there}");
        server.Send($"back {back}");
        RunUntil(() => server.Received.Count > there && client.Received.Count > back, 30 * Second);
        Assert.Equal($"there {there}", Encoding.UTF8.GetString(server.Received[there]));
        Assert.Equal($"back {back}", Encoding.UTF8.GetString(client.Received[back]));
    }

    /// <summary>Ends every session and checks that nothing is left behind.</summary>
    public void EndAll()
    {
        foreach (var session in Client.GetSessions().Concat(Server.GetSessions()))
        {
            session.Abort(Now, null);
        }

        Run(100 * Second);
        Assert.Equal(0, Buffers.Outstanding);
        Assert.Equal(0, Server.SessionCount);
        Assert.Equal(0, Client.SessionCount);
        Assert.Equal(0, Server.PendingCount);
    }

    /// <summary>Hands a datagram straight to the server, from wherever.</summary>
    public void Inject(PeerAddress from, ReadOnlySpan<byte> datagram)
    {
        Server.OnDatagram(Now, from, datagram.ToArray());
        Flush();
    }

    /// <summary>Hands a datagram straight to the client.</summary>
    public void InjectToClient(ReadOnlySpan<byte> datagram, PeerAddress? from = null)
    {
        Client.OnDatagram(Now, from ?? ServerAddress, datagram.ToArray());
        Flush();
    }

    /// <summary>Replaces the server by one that knows nothing, as a restart does.</summary>
    public void RestartServer() =>
        Server = new ServerEndpoint(Options, Ciphers, new TestEntropy(ServerEntropy.GetHashCode()), Buffers, this, UnixEpochOffsetMs);

    public void Run(long micros) => RunUntil(static () => false, micros, mustHappen: false);

    /// <summary>Lets time pass until <paramref name="condition"/> holds; fails after <paramref name="limit"/>.</summary>
    public void RunUntil(Func<bool> condition, long limit, bool mustHappen = true)
    {
        var end = Now + limit;
        Flush();
        while (!condition())
        {
            var next = Math.Min(Server.NextDeadline, Client.NextDeadline);
            if (_network.TryPeek(out _, out var first))
            {
                next = Math.Min(next, first.At);
            }

            if (next > end)
            {
                Now = end;
                Assert.False(mustHappen, "It did not happen in time.");
                return;
            }

            Now = Math.Max(Now, next);
            Step();
        }
    }

    public void RunJobs()
    {
        while (Server.TryTakeJob(out var job))
        {
            RunJob(job);
        }

        Write(Server, toServer: false);
    }

    public void Flush()
    {
        bool wrote;
        do
        {
            if (!HoldsJobs)
            {
                while (Server.TryTakeJob(out var job))
                {
                    RunJob(job);
                }
            }

            wrote = Write(Client, toServer: true) | Write(Server, toServer: false);
        }
        while (wrote);
    }

    public void OnSessionReady(long now, Session session)
    {
        var side = new AppSide(this, session);
        session.Events = side;
        ServerSessions.Add(side);
    }

    public void OnHandshakeStep(in HandshakeStep step, in PeerAddress from) => ServerSteps.Add(step);

    public void RunJob(HandshakeJob job)
    {
        if (job.Open(id => id == Key.PublicKey.KeyId ? Key : null))
        {
            HandshakeRejection? rejection = null;
            if (job.NeedsVerdict)
            {
                ValidatorCalls++;
                rejection = Validator(Encoding.UTF8.GetString(job.Token.Span));
            }

            if (rejection is { } reason)
            {
                job.Refuse(reason);
            }
            else
            {
                job.Accept("principal");
            }
        }

        Server.CompleteJob(Now, job);
    }

    private void Step()
    {
        while (_network.TryPeek(out var datagram, out var key) && key.At <= Now)
        {
            _network.Dequeue();
            if (datagram.ToServer)
            {
                Server.OnDatagram(Now, datagram.From, datagram.Content);
            }
            else
            {
                Client.OnDatagram(Now, datagram.From, datagram.Content);
            }
        }

        Server.OnDeadline(Now);
        Client.OnDeadline(Now);
        Flush();
    }

    private bool Write(Endpoint endpoint, bool toServer)
    {
        var wrote = false;
        while (endpoint.TryWrite(Now, _buffer, out var transmit))
        {
            wrote = true;
            var content = _buffer.AsSpan(0, transmit.Length).ToArray();
            if (!toServer && transmit.To != ClientAddress)
            {
                Elsewhere.Add((transmit.To, content));
                continue;
            }

            Trace.Add((Now, toServer, content));
            if (Filter is null || Filter(toServer, content))
            {
                Carry(toServer, content);
            }
        }

        return wrote;
    }

    private void Carry(bool toServer, byte[] content)
    {
        var verdict = (toServer ? _toServer : _toClient).Send(Now, content.Length);
        if (verdict.Copies > 0)
        {
            Launch(toServer, content, verdict.First);
        }

        if (verdict.Copies > 1)
        {
            Launch(toServer, content, verdict.Second);
        }
    }

    private void Launch(bool toServer, byte[] content, LinkDelivery delivery)
    {
        var copy = content.ToArray();
        delivery.Damage(copy);
        var order = _order++;
        _network.Enqueue(
            new InFlight(delivery.At, order, toServer, toServer ? ClientAddress : ServerAddress, copy), (delivery.At, order));
    }
}
