using System.Text;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>
/// A server and a client endpoint, or several, on virtual time, joined by seeded links. Nothing happens but in
/// <see cref="Run(long)"/> and its kin, and everything happens the same way for the same seed.
/// </summary>
internal sealed partial class Pair : IServerEvents
{
    public const long Second = 1_000_000;
    public const long UnixEpochOffsetMs = 1_700_000_000_000;

    private readonly int _seed;

    public Pair(int seed = 1, ServerEndpointOptions? options = null, ServerKey? key = null)
    {
        _seed = seed;
        Key = key ?? TestKeys.P256;
        Options = options ?? new ServerEndpointOptions();
        ServerEntropy = new TestEntropy(seed);
        ClientEntropy = new TestEntropy(~seed);
        Server = new ServerEndpoint(Options, Ciphers, ServerEntropy, Buffers, this, UnixEpochOffsetMs);
        Client = new ClientEndpoint(Ciphers, ClientEntropy, Buffers, UnixEpochOffsetMs) { MaxBufferedBytes = Options.MaxBufferedBytes };
        Host = AddHost(Client, ClientAddress);
    }

    public static PeerAddress ServerAddress { get; } = PeerAddress.FromIPv4(0x0A_00_00_01, 9000);

    /// <summary>The same as a local end.</summary>
    public static PeerAddress ServerLocal { get; } = ServerAddress with { Port = 0 };

    public static PeerAddress ClientAddress { get; } = PeerAddress.FromIPv4(0x0A_00_00_02, 40_000);

    public ServerKey Key { get; }

    public ServerEndpointOptions Options { get; }

    public SystemCipherFactory Ciphers { get; } = new();

    public CountingBuffers Buffers { get; } = new(powers: true);

    public TestEntropy ServerEntropy { get; set; }

    public TestEntropy ClientEntropy { get; set; }

    public ServerEndpoint Server { get; private set; }

    public ClientEndpoint Client { get; }

    /// <summary>Where <see cref="Client"/> lives.</summary>
    public ClientHost Host { get; }

    public long Now { get; private set; } = 1_000_000;

    /// <summary>What the application decides about a token; null accepts. Counted.</summary>
    public Func<string, HandshakeRejection?> Validator { get; set; } = static _ => null;

    public int ValidatorCalls { get; private set; }

    /// <summary>Whether handshake jobs wait for <see cref="RunJobs"/> instead of being run at once.</summary>
    public bool HoldsJobs { get; set; }

    /// <summary>Runs when a session became READY at the server (true) or a client, before anything is delivered to it.</summary>
    public Action<Session, bool>? WhenReady { get; set; }

    public List<AppSide> ServerSessions { get; } = [];

    public List<HandshakeStep> ServerSteps { get; } = [];

    public List<HandshakeEnd> Ends { get; } = [];

    public bool ObservesHandshakes => true;

    public Connecting Connect(
        string token = "secret",
        CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm,
        TransportParameters? parameters = null,
        int attempts = 6,
        long retryInterval = 500_000,
        SessionOptions? session = null,
        ClientHost? from = null,
        long timeout = long.MaxValue,
        Func<int, long>? interval = null,
        ServerPublicKey? shakehandFor = null)
    {
        var shakehand = PreparedShakehand.Create(
            shakehandFor ?? Key.PublicKey, algorithm, Encoding.UTF8.GetBytes(token), parameters ?? new TransportParameters(), ClientEntropy);
        var connecting = new Connecting(this);
        var request = new ClientConnect(ServerAddress, shakehand, attempts, retryInterval, session ?? new SessionOptions()) { TimeoutMicros = timeout, Interval = interval };
        connecting.Shakehand = shakehand;
        connecting.KeyAndIv = [.. shakehand.KeyAndIv];
        connecting.Share = shakehand.Share.ExportParameters(includePrivateParameters: true);
        connecting.Handshake = (from ?? Host).Endpoint.Connect(Now, request, connecting);
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
        foreach (var session in Hosts.SelectMany(static h => h.Endpoint.GetSessions()).Concat(Server.GetSessions()))
        {
            session.Abort(Now, null);
        }

        Run(100 * Second);
        AssertNothingIsLeft();
    }

    /// <summary>All sessions are over: memory is back where it began.</summary>
    public void AssertNothingIsLeft()
    {
        Assert.Equal(0, Buffers.Outstanding);
        Assert.Equal(0, Server.SessionCount);
        Assert.Equal(0, Server.PendingCount);
        Assert.Equal(0, Server.Memory.Held);
        Assert.True(Server.IsIdle);
        Assert.All(Hosts, static host =>
        {
            Assert.Equal(0, host.Endpoint.SessionCount);
            Assert.Equal(0, host.Endpoint.Memory.Held);
            Assert.True(host.Endpoint.IsIdle);
        });
    }

    /// <summary>Replaces the server by one that knows nothing, as a restart does.</summary>
    public void RestartServer() =>
        Server = new ServerEndpoint(Options, Ciphers, new TestEntropy(ServerEntropy.GetHashCode()), Buffers, this, UnixEpochOffsetMs);

    public void RunJobs()
    {
        while (Server.TryTakeJob(out var job))
        {
            RunJob(job);
        }

        Write(Server, null);
    }

    public void OnSessionReady(long now, Session session)
    {
        var side = new AppSide(this, session);
        session.Events = side;
        ServerSessions.Add(side);
        WhenReady?.Invoke(session, true);
    }

    public void OnHandshakeEnded(in HandshakeEnd end) => Ends.Add(end);

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
}
