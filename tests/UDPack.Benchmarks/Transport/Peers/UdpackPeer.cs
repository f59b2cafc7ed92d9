using System.Net;
using UDPack.Protocol;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>UDPack, suite 0x01, with its defaults but for the congestion control.</summary>
internal sealed class UdpackPeer(string name, CongestionAlgorithm congestion) : TransportPeer(name), ITokenValidator
{
    private UdpackSessionOptions Session => new() { Congestion = congestion };

    public override (int Port, string Key) Listen(IPAddress address, Func<IMessageConnection, MessageHandler> accept)
    {
        var key = ServerKey.GenerateP256();
        var listener = UdpackListener.Listen(new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(address, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(key)),
            TokenValidator = this,
            Session = Session,
        });
        _ = AcceptAsync(listener, accept);
        return (listener.LocalEndPoint.Port, Convert.ToHexString(key.PublicKey.SubjectPublicKeyInfo.Span));
    }

    public override async Task<IMessageConnection> ConnectAsync(IPEndPoint server, string key, bool mixed, MessageHandler handler)
    {
        var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
        {
            RemoteEndPoint = server,
            ServerPublicKey = ServerPublicKey.FromSubjectPublicKeyInfo(Convert.FromHexString(key)),
            Token = "benchmark"u8.ToArray(),
            Session = Session,
        });
        var connection = new UdpackConnection(session, opens: true);
        _ = connection.ReadAsync(handler);
        return connection;
    }

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) => new(TokenVerdict.Success());

    private static async Task AcceptAsync(UdpackListener listener, Func<IMessageConnection, MessageHandler> accept)
    {
        while (true)
        {
            var connection = new UdpackConnection(await listener.AcceptSessionAsync(), opens: false);
            _ = connection.ReadAsync(accept(connection));
        }
    }
}
