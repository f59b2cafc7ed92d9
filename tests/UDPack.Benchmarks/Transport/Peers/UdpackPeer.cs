using System.Net;
using UDPack.Protocol;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>UDPack, suite 0x01, with its defaults.</summary>
internal sealed class UdpackPeer(string name) : TransportPeer(name), ITokenValidator
{
    public override int MaxMessageBytes => UdpackConnection.MaxMessageBytes;

    public override (int Port, string Key) Listen(IPAddress address, Func<IMessageConnection, MessageHandler> accept)
    {
        var key = ServerKey.GenerateP256();
        var listener = UdpackListener.Listen(new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(address, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(key)),
            TokenValidator = this,
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
        });
        var connection = new UdpackConnection(session);
        _ = connection.ReadAsync(handler);
        return connection;
    }

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) => new(TokenVerdict.Success());

    private static async Task AcceptAsync(UdpackListener listener, Func<IMessageConnection, MessageHandler> accept)
    {
        while (true)
        {
            var connection = new UdpackConnection(await listener.AcceptSessionAsync());
            _ = connection.ReadAsync(accept(connection));
        }
    }
}
