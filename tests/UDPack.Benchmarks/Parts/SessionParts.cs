using BenchmarkDotNet.Attributes;
using UDPack.Buffers;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Benchmarks.Parts;

/// <summary>One packet from a client's session to a server's and its share of the acknowledgements, without sockets.</summary>
public class SessionParts
{
    private static readonly PeerAddress ClientAddress = PeerAddress.FromIPv4(0x7F00_0001, 1);
    private static readonly PeerAddress ServerAddress = PeerAddress.FromIPv4(0x7F00_0001, 2);
    private readonly byte[] _buffer = new byte[65_535];
    private readonly PooledPacketBuffers _packets = new();
    private readonly Application _application = new();
    private readonly ServerKey _key = ServerKey.GenerateP256();
    private ServerEndpoint _server = null!;
    private ClientEndpoint _client = null!;
    private long _now = 1;

    /// <summary>The size of the packet.</summary>
    [Params(40, 1100)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var factory = new SystemCipherFactory();
        var parameters = new TransportParameters { MaxPacketBytes = Session.LargestWholePacket, InitialSessionCredit = 1 << 20 };
        _server = new ServerEndpoint(
            new ServerEndpointOptions { Parameters = parameters }, factory, SystemEntropy.Instance, _packets, _application, 0);
        _client = new ClientEndpoint(factory, SystemEntropy.Instance, _packets, 0);
        var shakehand = PreparedShakehand.Create(_key.PublicKey, CipherAlgorithm.Aes256Gcm, "token"u8, parameters, SystemEntropy.Instance);
        _client.Connect(_now, new ClientConnect(ServerAddress, shakehand, 6, 500_000, new SessionOptions()), _application);
        while (_application.Client is null || _application.Server is null)
        {
            Exchange();
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _key.Dispose();

    [Benchmark]
    public long Packet()
    {
        _now += 10;
        var packet = _packets.Rent(Size);
        _application.Client!.Outbox.Send(_now, packet);
        Exchange();
        return _application.Received;
    }

    private void Exchange()
    {
        while (_client.TryWrite(_now, _buffer, out var sent))
        {
            _server.OnDatagram(_now, new NetworkPath(default, ClientAddress), _buffer.AsSpan(0, sent.Length));
        }

        while (_server.TryTakeJob(out var job))
        {
            if (job.Open(_ => _key))
            {
                job.Accept(null);
            }

            _server.CompleteJob(_now, job);
        }

        while (_server.TryWrite(_now, _buffer, out var sent))
        {
            _client.OnDatagram(_now, new NetworkPath(default, ServerAddress), _buffer.AsSpan(0, sent.Length));
        }

        _server.OnDeadline(_now);
        _client.OnDeadline(_now);
    }

    private sealed class Application : IServerEvents, IConnectEvents, ISessionEvents
    {
        public Session? Client { get; private set; }

        public Session? Server { get; private set; }

        public long Received { get; private set; }

        public bool ObservesHandshakes => false;

        public void OnSessionReady(long now, Session session)
        {
            Server = session;
            session.Events = this;
        }

        public void OnConnected(long now, Session session)
        {
            Client = session;
            session.Events = this;
        }

        public void OnPacket(Session session, PacketBuffer packet)
        {
            Received++;
            session.Inbox.OnConsumed(0, Taken.Of(packet));
            packet.Release();
        }

        public void OnPacketDone(Session session, PacketBuffer packet, PacketFate fate) => packet.Release();

        public void OnDatagram(Session session, PacketBuffer message) => message.Release();

        public void OnStreamOpened(Session session, PacketChannel stream)
        {
        }

        public void OnStreamSlotFree(Session session)
        {
        }

        public void OnPeerMoved(Session session)
        {
        }

        public void OnEnded(Session session, in SessionEnd end) => throw new InvalidOperationException($"The session ended: {end.Cause}.");

        public void OnFailed(in ConnectFailure failure) => throw new InvalidOperationException($"Connecting failed: {failure.Kind}.");

        public void OnHandshakeStep(in HandshakeStep step)
        {
        }

        public void OnTrouble(ConnectHint hint)
        {
        }

        public void OnHandshakeStep(in HandshakeStep step, in PeerAddress from)
        {
        }
    }
}
