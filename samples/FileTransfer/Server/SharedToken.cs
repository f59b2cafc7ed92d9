using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using UDPack;

namespace FileTransfer.Server;

/// <summary>Lets in who has the token of the settings.</summary>
internal sealed class SharedToken(IOptions<FileTransferOptions> options) : ITokenValidator
{
    private readonly byte[] _token = Encoding.UTF8.GetBytes(options.Value.Token);

    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(_token, context.Token.Span)
            ? TokenVerdict.Success()
            : TokenVerdict.Failure("the token is not FileTransfer:Token"));
}
