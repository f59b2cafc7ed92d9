using System.Net;
using UDPack.Protocol;

namespace UDPack.Benchmarks.Peers;

/// <summary>Accepts sessions, greets each with one byte and echoes what comes.</summary>
internal sealed class UdpackServer : BenchServer, ITokenValidator
{
    private static readonly ReadOnlyMemory<byte> Hello = new byte[1];

    private readonly UdpackListener _listener;
    private readonly string _greeting;

    public UdpackServer(string kind)
    {
        var key = kind switch
        {
            PeerKinds.UdpackRsa => ServerKey.GenerateRsa(2048),
            PeerKinds.UdpackRsa4096 => ServerKey.GenerateRsa(4096),
            _ => ServerKey.GenerateP256(),
        };
        _listener = UdpackListener.Listen(new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(key)),
            TokenValidator = this,
            MaxSessions = 50_000,
            HandshakeRatePerPrefix = null,
            Session = Sessions(),
        });
        _greeting = $"{_listener.LocalEndPoint.Port} {Convert.ToHexString(key.PublicKey.SubjectPublicKeyInfo.Span)}";
        _ = AcceptAsync();
    }

    public override string Greeting => _greeting;

    public override long Established => _listener.GetStatistics().HandshakesCompleted;

    public override long Alive => _listener.ActiveSessions;

    public override long Datagrams
    {
        get
        {
            var statistics = _listener.GetStatistics();
            return statistics.DatagramsReceived + statistics.DatagramsSent;
        }
    }

    public override long Unopened => _listener.GetStatistics().Dropped[DropReason.BadShakehand];

    /// <summary>Idle sessions must stay alive while they are measured.</summary>
    public static UdpackSessionOptions Sessions() => new() { IdleTimeout = TimeSpan.FromMinutes(15) };

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        new(TokenVerdict.Success());

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = EchoAsync(await _listener.AcceptSessionAsync().ConfigureAwait(false));
        }
    }

    private static async Task EchoAsync(UdpackSession session)
    {
        try
        {
            await session.SendAsync(Hello).ConfigureAwait(false);
            while (true)
            {
                using var packet = await session.ReceiveAsync().ConfigureAwait(false);
                await session.SendAsync(packet.Memory).ConfigureAwait(false);
            }
        }
        catch (UdpackException)
        {
            // The session ended.
        }
    }
}
