using UDPack;

namespace AotEcho;

/// <summary>Accepts one token.</summary>
internal sealed class TokenValidator : ITokenValidator
{
    public const string Token = "let me in";

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(context.GetTokenString() == Token ? TokenVerdict.Success() : TokenVerdict.Failure("unknown token"));
}
