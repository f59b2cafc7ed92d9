using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using UDPack.Buffers;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;
using UDPack.Tests.Loop;
using UDPack.Tests.Network;
using Xunit.Abstractions;

namespace UDPack.Tests.Sessions;

public sealed class SessionCostTests(ITestOutputHelper output)
{
    private static readonly SystemCipherFactory Ciphers = new();
    private static readonly PeerAddress Peer = PeerAddress.FromIPv4(0x7F000001, 4242);

    [Fact]
    public void An_idle_session_costs_less_than_a_kibibyte_above_the_protocol()
    {
        const int sessions = 1_000;
        var buffers = new PooledPacketBuffers();
        using var server = new ServerEndpoint(new ServerEndpointOptions(), Ciphers, SystemEntropy.Instance, buffers, new Nobody(), 0);
        var core = MakeSession(server, buffers);
        using var socket = new FakeSocket();
        using var clock = new LoopClock(TimeProvider.System, socket);
        var loop = new EventLoop("cost", socket, server, clock, NullLogger.Instance);
        var options = new UdpackSessionOptions();
        var nobody = new Nobody();
        var kept = new UdpackSession[sessions];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < sessions; i++)
        {
            kept[i] = new UdpackSession(core, loop, nobody, buffers, options);
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / sessions;
        output.WriteLine($"{each} bytes per session");
        Assert.InRange(each, 1, 1024);
        GC.KeepAlive(kept);
    }

    private static Session MakeSession(ServerEndpoint server, PooledPacketBuffers buffers)
    {
        using var client = new ClientEndpoint(Ciphers, SystemEntropy.Instance, buffers, 0);
        var shakehand = PreparedShakehand.Create(
            TestKeys.P256.PublicKey, CipherAlgorithm.Aes256Gcm, Encoding.UTF8.GetBytes("good"), new TransportParameters(), SystemEntropy.Instance);
        client.Connect(0, new ClientConnect(Peer, shakehand, 1, 1_000_000, new SessionOptions()), new Nobody());
        var buffer = new byte[65_535];
        Assert.True(client.TryWrite(0, buffer, out var transmit));
        server.OnDatagram(0, new NetworkPath(default, Peer), buffer.AsSpan(0, transmit.Length));
        Assert.True(server.TryTakeJob(out var job));
        Assert.True(job.Open(new ServerKeyRing(TestKeys.P256).Find));
        job.Accept(null);
        return new Session(server, job.Setup!, new SessionOptions(), new NetworkPath(default, Peer), 0);
    }

    /// <summary>Whom nothing is ever told, as nothing is ever READY here.</summary>
    private sealed class Nobody : IServerEvents, IConnectEvents, ISessionOwner
    {
        public bool ObservesHandshakes => false;

        public IPEndPoint LocalEndPoint => throw new NotSupportedException();

        public void OnSessionReady(long now, Session session) => throw new NotSupportedException();

        public void OnHandshakeStep(in HandshakeStep step, in PeerAddress from) => throw new NotSupportedException();

        public void OnHandshakeStep(in HandshakeStep step) => throw new NotSupportedException();

        public void OnConnected(long now, Session session) => throw new NotSupportedException();

        public void OnFailed(in ConnectFailure failure) => throw new NotSupportedException();

        public void OnTrouble(ConnectHint hint) => throw new NotSupportedException();

        public void OnSessionEnded(UdpackSession session) => throw new NotSupportedException();
    }
}
