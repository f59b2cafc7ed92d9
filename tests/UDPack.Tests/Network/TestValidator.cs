namespace UDPack.Tests.Network;

/// <summary>A validator made of a delegate, which counts its calls. By default "good" is accepted and nothing else.</summary>
internal sealed class TestValidator(Func<TokenValidationContext, CancellationToken, ValueTask<TokenVerdict>>? judge = null) : ITokenValidator
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return judge is not null
            ? judge(context, cancellationToken)
            : ValueTask.FromResult(context.GetTokenString() == "good" ? TokenVerdict.Success() : TokenVerdict.Failure("not good"));
    }
}
