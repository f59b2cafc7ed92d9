using System.Net;
using System.Security.Cryptography;

namespace UDPack.Tool.Connections;

/// <summary>Accepts whoever has the token that the server was given.</summary>
/// <param name="token">The token.</param>
/// <param name="refused">Told of each client that has another.</param>
internal sealed class SharedToken(ReadOnlyMemory<byte> token, Action<IPEndPoint>? refused = null) : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        if (CryptographicOperations.FixedTimeEquals(context.Token.Span, token.Span))
        {
            return ValueTask.FromResult(TokenVerdict.Success());
        }

        refused?.Invoke(context.RemoteEndPoint);
        return ValueTask.FromResult(TokenVerdict.Failure("another token"));
    }
}
