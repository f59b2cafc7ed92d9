using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace UDPack.Benchmarks.Peers;

/// <summary>TLS 1.3 over TCP, a new connection and a full handshake each time.</summary>
internal sealed class TlsClient(int port) : BenchClient
{
    private readonly SslClientAuthenticationOptions _options = new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
#pragma warning disable CA5359 // The certificate is made by the server on the next core; only the cost of the handshake is of interest.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    protected override async Task<IAsyncDisposable> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).ConfigureAwait(false);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(_options).ConfigureAwait(false);
            await stream.ReadExactlyAsync(new byte[1]).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
