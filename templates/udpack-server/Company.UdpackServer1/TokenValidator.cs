using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using UDPack;

namespace Company.UdpackServer1;

/// <summary>Who may connect. Replace it by what your application knows its clients by, such as a signed token.</summary>
public sealed class TokenValidator(IOptionsMonitor<TokenOptions> options) : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
    {
        foreach (var token in options.CurrentValue.Accepted)
        {
            // Takes the same time however much of the token is right.
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), context.Token.Span))
            {
                return ValueTask.FromResult(TokenVerdict.Success());
            }
        }

        return ValueTask.FromResult(TokenVerdict.Failure("the token is not in Tokens:Accepted"));
    }
}
