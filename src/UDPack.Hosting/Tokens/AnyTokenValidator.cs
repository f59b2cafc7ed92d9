namespace UDPack.Hosting.Tokens;

/// <summary>Accepts every token: what a server without a validator does in Development, and only there.</summary>
internal sealed class AnyTokenValidator : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TokenVerdict.Success());
}
