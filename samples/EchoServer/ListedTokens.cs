using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack;

namespace EchoServer;

/// <summary>Accepts the tokens listed under Echo:Tokens; a change there counts from the next handshake.</summary>
internal sealed partial class ListedTokens : ITokenValidator
{
    private readonly IOptionsMonitor<EchoOptions> _options;
    private readonly ILogger<ListedTokens> _logger;

    public ListedTokens(IOptionsMonitor<EchoOptions> options, ILogger<ListedTokens> logger)
    {
        _options = options;
        _logger = logger;
        if (options.CurrentValue.Tokens.Count == 0)
        {
            LogNoTokens();
        }
    }

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        var tokens = _options.CurrentValue.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(tokens[i]), context.Token.Span))
            {
                var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, $"token {i}")], "token");
                return ValueTask.FromResult(TokenVerdict.Success(new ClaimsPrincipal(identity)));
            }
        }

        return ValueTask.FromResult(TokenVerdict.Failure("the token is not in Echo:Tokens"));
    }

    [LoggerMessage(3, LogLevel.Warning, "Echo:Tokens is empty, so no client can connect; add one with --Echo:Tokens:0=secret")]
    private partial void LogNoTokens();
}
