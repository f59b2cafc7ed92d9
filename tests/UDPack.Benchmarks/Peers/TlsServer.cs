using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UDPack.Benchmarks.Peers;

/// <summary>The same over TCP: accepts, greets each connection with one byte and echoes what comes.</summary>
internal sealed class TlsServer : BenchServer
{
    private static readonly ReadOnlyMemory<byte> Hello = new byte[1];

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SslServerAuthenticationOptions _options;
    private long _established;
    private long _alive;

    public TlsServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            ClientCertificateRequired = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _ = AcceptAsync();
    }

    public override string Greeting => $"{((IPEndPoint)_listener.LocalEndPoint!).Port} -";

    public override long Established => Interlocked.Read(ref _established);

    public override long Alive => Interlocked.Read(ref _alive);

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = EchoAsync(await _listener.AcceptAsync().ConfigureAwait(false));
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        socket.NoDelay = true;
        try
        {
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(_options).ConfigureAwait(false);
            Interlocked.Increment(ref _established);
            Interlocked.Increment(ref _alive);
            await stream.WriteAsync(Hello).ConfigureAwait(false);
            var buffer = new byte[1];
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) is var length and > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // The connection broke; the client counts what failed.
        }

        Interlocked.Decrement(ref _alive);
    }
}
