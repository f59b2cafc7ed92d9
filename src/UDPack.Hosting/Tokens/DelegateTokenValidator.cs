namespace UDPack.Hosting.Tokens;

/// <summary>A delegate as a token validator.</summary>
internal sealed class DelegateTokenValidator(
    Func<TokenValidationContext, CancellationToken, ValueTask<TokenValidationResult>> validate) : ITokenValidator
{
    public ValueTask<TokenValidationResult> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        validate(context, cancellationToken);
}
