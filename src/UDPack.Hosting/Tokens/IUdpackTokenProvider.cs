namespace UDPack.Hosting;

/// <summary>Gives a client its token. Asked anew at each connect, so tokens may be short-lived. Must be thread-safe.</summary>
public interface IUdpackTokenProvider
{
    /// <summary>
    /// The token to connect with: 1 to about 850 bytes with a P-256 key, less with RSA. What it throws is a failed attempt to connect and is
    /// tried again as any other.
    /// </summary>
    /// <param name="context">Which client asks.</param>
    /// <param name="cancellationToken">Fires when nobody wants the connection any more.</param>
    ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken);
}
