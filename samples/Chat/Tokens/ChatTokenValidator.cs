using System.Security.Claims;
using UDPack;

namespace Chat.Tokens;

/// <summary>Lets in who has a signed name; the session's user has that name, and the session ends with the token.</summary>
internal sealed class ChatTokenValidator(ChatTokens tokens) : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        if (!tokens.TryCheck(context.GetTokenString(), out var name, out var expires, out var problem))
        {
            return ValueTask.FromResult(TokenVerdict.Failure(problem));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "chat");
        return ValueTask.FromResult(TokenVerdict.Success(new ClaimsPrincipal(identity), expires));
    }
}
