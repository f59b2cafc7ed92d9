using System.Net;
using System.Text;
using UDPack.Protocol;

namespace UDPack;

/// <summary>What a token validator gets to see.</summary>
public sealed class TokenValidationContext
{
    /// <summary>Creates a context; for tests of validators.</summary>
    public TokenValidationContext(
        ReadOnlyMemory<byte> token, IPEndPoint remoteEndPoint, string endpointName = "default", CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm)
    {
        ArgumentNullException.ThrowIfNull(remoteEndPoint);
        ArgumentNullException.ThrowIfNull(endpointName);
        Token = token;
        RemoteEndPoint = remoteEndPoint;
        EndpointName = endpointName;
        Algorithm = algorithm;
    }

    /// <summary>The token's bytes. Overwritten after the validator returned: copy what must live longer, and never log it.</summary>
    public ReadOnlyMemory<byte> Token { get; }

    /// <summary>
    /// Where the shakehand came from; for logs and rate limits, not for authorisation. The address is not proven yet, and the
    /// verdict also holds for a client whose address changes while it connects. Check <see cref="UdpackSession.RemoteEndPoint"/>
    /// when the session is READY.
    /// </summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>The name of the server endpoint that received it.</summary>
    public string EndpointName { get; }

    /// <summary>The cipher the client chose.</summary>
    public CipherAlgorithm Algorithm { get; }

    /// <summary>The token read as UTF-8.</summary>
    public string GetTokenString() => Encoding.UTF8.GetString(Token.Span);
}
