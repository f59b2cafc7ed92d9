using System.Security.Cryptography;

namespace FileTransfer.Files;

/// <summary>SHA-256 of files.</summary>
internal static class FileHash
{
    /// <summary>The hash of a whole file, from its beginning, as lower-case hexadecimal digits.</summary>
    public static async Task<string> OfAsync(Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
}
