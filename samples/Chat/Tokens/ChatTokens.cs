using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chat.Messages;
using Microsoft.Extensions.Options;

namespace Chat.Tokens;

/// <summary>
/// Signed names: <c>name.expiry.signature</c>, with the expiry in Unix seconds and an HMAC-SHA256. Where people log in, an issuer of JSON Web Tokens
/// takes this place.
/// </summary>
internal sealed class ChatTokens(IOptions<ChatOptions> options, TimeProvider time)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(options.Value.Secret);

    /// <exception cref="InvalidOperationException">The name is none.</exception>
    public string Issue(string? name)
    {
        if (!ChatText.IsName(name))
        {
            throw new InvalidOperationException($"--name is missing, or is not a name: {ChatText.NameRule}.");
        }

        var expires = time.GetUtcNow() + options.Value.TokenLifetime;
        var signed = string.Create(CultureInfo.InvariantCulture, $"{name}.{expires.ToUnixTimeSeconds()}");
        return $"{signed}.{Base64Url.EncodeToString(Sign(signed))}";
    }

    /// <summary>Finds out whose token it is; why not, if it is nobody's.</summary>
    public bool TryCheck(string token, [NotNullWhen(true)] out string? name, out DateTimeOffset expires, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        expires = default;
        var end = token.LastIndexOf('.');
        if (end < 0 || !IsSigned(token[..end], token.AsSpan(end + 1)))
        {
            problem = "the token was not signed with Chat:Secret";
            return false;
        }

        // From here on it is what Issue made.
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(token.AsSpan(dot + 1, end - dot - 1), CultureInfo.InvariantCulture));
        if (expires <= time.GetUtcNow())
        {
            problem = "the token has expired";
            return false;
        }

        name = token[..dot];
        problem = null;
        return true;
    }

    private bool IsSigned(string signed, ReadOnlySpan<char> signature)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Base64Url.IsValid(signature, out var length)
            && length == given.Length
            && Base64Url.TryDecodeFromChars(signature, given, out _)
            && CryptographicOperations.FixedTimeEquals(given, Sign(signed));
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(text));
}
