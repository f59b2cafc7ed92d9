namespace UDPack.Hosting.Tokens;

/// <summary>A delegate as a token validator.</summary>
internal sealed class DelegateTokenValidator(
    Func<TokenValidationContext, CancellationToken, ValueTask<TokenVerdict>> validate) : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        validate(context, cancellationToken);
}
