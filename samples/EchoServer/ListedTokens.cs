using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using UDPack;

namespace EchoServer;

/// <summary>Accepts the tokens listed under Echo:Tokens; a change there counts from the next handshake.</summary>
internal sealed class ListedTokens(IOptionsMonitor<EchoOptions> options) : ITokenValidator
{
    public ValueTask<TokenValidationResult> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        var tokens = options.CurrentValue.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(tokens[i]), context.Token.Span))
            {
                var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, $"token {i}")], "token");
                return ValueTask.FromResult(TokenValidationResult.Success(new ClaimsPrincipal(identity)));
            }
        }

        return ValueTask.FromResult(TokenValidationResult.Failure("the token is not in Echo:Tokens"));
    }
}
