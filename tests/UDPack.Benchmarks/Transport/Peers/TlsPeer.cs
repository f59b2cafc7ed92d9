using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>TLS 1.3 by <see cref="SslStream"/> over the same TCP.</summary>
internal sealed class TlsPeer(string name, string congestion) : TcpPeer(name, congestion)
{
    private readonly Lazy<SslServerAuthenticationOptions> _server = new(CreateServerOptions);

    protected override async ValueTask<Stream> SecureClientAsync(Stream transport)
    {
        var stream = new SslStream(transport);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning disable CA5359 // The certificate is made by the server of the same benchmark; only the transport is of interest.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return stream;
    }

    protected override async ValueTask<Stream> SecureServerAsync(Stream transport)
    {
        var stream = new SslStream(transport);
        await stream.AuthenticateAsServerAsync(_server.Value);
        return stream;
    }

    private static SslServerAuthenticationOptions CreateServerOptions()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
        };
    }
}
