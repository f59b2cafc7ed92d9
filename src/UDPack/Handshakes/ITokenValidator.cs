namespace UDPack;

/// <summary>
/// The application's check of a client's token (UDPack 1.0, 2.3): called once per handshake, never per retry, on a worker
/// and never on the event loop. Must be thread-safe.
/// </summary>
public interface ITokenValidator
{
    /// <summary>
    /// Judges a token. An exception, or a verdict that does not come within the handshake timeout, fails the
    /// handshake with code −1; a refusal answers code 1.
    /// </summary>
    /// <param name="context">The token and where it came from. Valid until the returned task ends.</param>
    /// <param name="cancellationToken">Cancelled when the handshake timeout passes or the server stops.</param>
    ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken);
}
