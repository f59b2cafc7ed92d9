using System.Security.Cryptography;

namespace UDPack.Tool.Perf;

/// <summary>Accepts whoever has the token that the server was given.</summary>
internal sealed class SharedToken(ReadOnlyMemory<byte> token) : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) => ValueTask.FromResult(
        CryptographicOperations.FixedTimeEquals(context.Token.Span, token.Span) ? TokenVerdict.Success() : TokenVerdict.Failure("another token"));
}
