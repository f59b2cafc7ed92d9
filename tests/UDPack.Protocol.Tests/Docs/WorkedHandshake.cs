using System.Buffers.Binary;
using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Docs;

/// <summary>
/// Plays the worked example of docs/protocol.md with real endpoints. Everything random comes from the document, and what the
/// endpoints send is kept by the names it has there.
/// </summary>
internal sealed class WorkedHandshake(HexDocument document) : IServerEvents, IConnectEvents, ISessionEvents
{
    // A client that takes no streams, and only packets that fit into one datagram: so the example has parameters.
    private static readonly TransportParameters Parameters = new()
    {
        MaxPacketBytes = Session.LargestWholePacket,
        InitialStreamCredit = 0,
        MaxStreams = 0,
    };

    // Only the server knows what its cookies are made of, so this is no part of the document.
    private static readonly byte[] CookieKey = SHA256.HashData("a cookie key"u8);

    private readonly CountingBuffers _buffers = new();
    private readonly SystemCipherFactory _ciphers = new();
    private readonly Dictionary<string, byte[]> _datagrams = [];

    public IReadOnlyDictionary<string, byte[]> Datagrams => _datagrams;

    public bool ObservesHandshakes => false;

    public Session? ClientSession { get; private set; }

    public Session? ServerSession { get; private set; }

    public ConnectFailure? Failure { get; private set; }

    public List<byte[]> Received { get; } = [];

    public SessionEnd? ServerEnd { get; private set; }

    /// <summary>Shakehand, reply, confirmation and its ack, a packet and its ack, goaway.</summary>
    public void Succeed()
    {
        using var key = ServerKey();
        using var server = Server(new ServerEndpointOptions { Parameters = Parameters });
        using var client = Client();
        client.Connect(At("t-shakehand"), Request(key), this);
        var shakehand = Write(client, "t-shakehand", "shakehand");

        server.OnDatagram(At("t-reply"), Pair.ClientAddress, shakehand);
        RunJob(server, key, At("t-reply"), static job => job.Accept(null));
        var reply = Write(server, "t-reply", "reply");

        client.OnDatagram(At("t-confirmation"), Pair.ServerAddress, reply);
        var confirmation = Write(client, "t-confirmation", "confirmation");
        server.OnDatagram(At("t-confirmation-ack"), Pair.ClientAddress, confirmation);
        var ack = Write(server, "t-confirmation-ack", "confirmation-ack");
        client.OnDatagram(At("t-data"), Pair.ServerAddress, ack);

        var packet = document["packet"];
        var buffer = _buffers.Rent(packet.Length);
        packet.CopyTo(buffer.Span);
        ClientSession!.Outbox.Send(At("t-data"), buffer);
        var data = Write(client, "t-data", "data");
        server.OnDatagram(At("t-data-ack") - 25_000, Pair.ClientAddress, data);
        server.Touch(ServerSession!);
        var dataAck = Write(server, "t-data-ack", "data-ack");

        client.OnDatagram(At("t-goaway"), Pair.ServerAddress, dataAck);
        ClientSession.Close(At("t-goaway"), drainMicros: 0, applicationCode: null);
        var goAway = Write(client, "t-goaway", "goaway");
        server.OnDatagram(At("t-goaway"), Pair.ClientAddress, goAway);
    }

    /// <summary>The same shakehand, and a validator that refuses its token.</summary>
    public void Refuse()
    {
        using var key = ServerKey();
        using var server = Server(new ServerEndpointOptions { Parameters = Parameters });
        using var client = Client();
        client.Connect(At("t-shakehand"), Request(key), this);
        var shakehand = Write(client, "t-shakehand", "shakehand");
        server.OnDatagram(At("t-reply"), Pair.ClientAddress, shakehand);
        RunJob(server, key, At("t-reply"), static job => job.Refuse(HandshakeRejection.TokenRefused));
        client.OnDatagram(At("t-confirmation"), Pair.ServerAddress, Write(server, "t-reply", "refusal"));
    }

    /// <summary>The same shakehand to a server that wants a cookie first.</summary>
    public void Retry()
    {
        using var key = ServerKey();
        using var server = Server(new ServerEndpointOptions { Parameters = Parameters, AddressValidation = CookieMode.Always }, CookieKey);
        using var client = Client();
        client.Connect(At("t-shakehand"), Request(key), this);
        server.OnDatagram(At("t-reply"), Pair.ClientAddress, Write(client, "t-shakehand", "shakehand"));
        Assert.False(server.TryTakeJob(out _));
        client.OnDatagram(At("t-confirmation"), Pair.ServerAddress, Write(server, "t-reply", "retry"));
        var again = Write(client, "t-confirmation", "shakehand-again");
        server.OnDatagram(At("t-confirmation-ack"), Pair.ClientAddress, again);
        Assert.True(server.TryTakeJob(out _));
    }

    /// <summary>A datagram for a session that a server does not know.</summary>
    public void Forget(byte[] datagram)
    {
        using var server = Server(new ServerEndpointOptions());
        server.OnDatagram(At("t-data-ack"), Pair.ClientAddress, datagram);
        Write(server, "t-data-ack", "clear-goaway");
    }

    public ServerKey ServerKey() => UDPack.ServerKey.FromPem(PemEncoding.WriteString("PRIVATE KEY", document["server-key"]));

    public ECDiffieHellman PrivateKey(string name) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = document[name + "-private"],
        Q = new ECPoint { X = document[name + "-point"][1..33], Y = document[name + "-point"][33..] },
    });

    void IServerEvents.OnSessionReady(long now, Session session)
    {
        ServerSession = session;
        session.Events = this;
    }

    void IServerEvents.OnHandshakeStep(in HandshakeStep step, in PeerAddress from)
    {
    }

    void IConnectEvents.OnConnected(long now, Session session)
    {
        ClientSession = session;
        session.Events = this;
    }

    void IConnectEvents.OnFailed(in ConnectFailure failure) => Failure = failure;

    void IConnectEvents.OnHandshakeStep(in HandshakeStep step)
    {
    }

    void IConnectEvents.OnTrouble(ConnectHint hint)
    {
    }

    void ISessionEvents.OnPacket(Session session, PacketBuffer packet)
    {
        Received.Add(packet.Span.ToArray());
        session.Inbox.OnConsumed(At("t-data-ack"), Taken.Of(packet));
        packet.Release();
    }

    void ISessionEvents.OnPacketDone(Session session, PacketBuffer packet, PacketFate fate) => packet.Release();

    void ISessionEvents.OnDatagram(Session session, PacketBuffer message) => message.Release();

    void ISessionEvents.OnStreamOpened(Session session, PacketChannel stream) => throw new InvalidOperationException("The example has no streams.");

    void ISessionEvents.OnStreamSlotFree(Session session)
    {
    }

    void ISessionEvents.OnPeerMoved(Session session)
    {
    }

    void ISessionEvents.OnEnded(Session session, in SessionEnd end)
    {
        if (session == ServerSession)
        {
            ServerEnd = end;
        }
    }

    private static void RunJob(ServerEndpoint server, ServerKey key, long now, Action<HandshakeJob> decide)
    {
        Assert.True(server.TryTakeJob(out var job));
        Assert.True(job.Open(id => id == key.PublicKey.KeyId ? key : null));
        decide(job);
        server.CompleteJob(now, job);
    }

    /// <summary>The document's timestamp in the endpoints' microseconds.</summary>
    private long At(string name) => ((long)BinaryPrimitives.ReadUInt64BigEndian(document[name]) - Pair.UnixEpochOffsetMs) * 1000;

    private ClientEndpoint Client() => new(_ciphers, new FixedEntropy([], []), _buffers, Pair.UnixEpochOffsetMs);

    private ServerEndpoint Server(ServerEndpointOptions options, params byte[][] before)
    {
        // The server draws ids as numbers of this machine, and before all else the secret of its tables.
        var id = BitConverter.GetBytes(BinaryPrimitives.ReadUInt16BigEndian(document["server-id"]));
        var entropy = new FixedEntropy([new byte[16], .. before, id], [PrivateKey("server-share")]);
        // Without rates, whose secret would be drawn too.
        return new ServerEndpoint(options with { HandshakeRatePerPrefix = null }, _ciphers, entropy, _buffers, this, Pair.UnixEpochOffsetMs);
    }

    private ClientConnect Request(ServerKey key)
    {
        var entropy = new FixedEntropy(
            [[.. document["client-key"], .. document["client-iv"]], document["client-id"]],
            [PrivateKey("client-share"), PrivateKey("hpke")]);
        var shakehand = PreparedShakehand.Create(key.PublicKey, CipherAlgorithm.Aes256Gcm, document["token"], Parameters, entropy);
        return new ClientConnect(Pair.ServerAddress, shakehand, 6, 500_000, new SessionOptions());
    }

    private byte[] Write(Endpoint endpoint, string time, string name)
    {
        var buffer = new byte[65_535];
        Assert.True(endpoint.TryWrite(At(time), buffer, out var transmit), $"No datagram '{name}'.");
        var datagram = buffer[..transmit.Length];
        Assert.False(endpoint.TryWrite(At(time), buffer, out _), $"Another datagram after '{name}'.");
        _datagrams[name] = datagram;
        return datagram.ToArray();
    }
}
