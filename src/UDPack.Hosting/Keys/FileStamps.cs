using System.Security.Cryptography;

namespace UDPack.Hosting.Keys;

/// <summary>
/// Tells whether files have changed. Polled instead of watched: secrets that an orchestrator mounts change by a swap of a
/// directory link, which file system events do not tell about. By content, since times can be coarse and links hide them.
/// </summary>
internal static class FileStamps
{
    public static string Of(IEnumerable<string> files) => string.Join('\n', files.Select(Of));

    private static string Of(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return file.Length > KeyFile.MaxBytes ? $"{path}|{file.Length}" : $"{path}|{Convert.ToHexString(SHA256.HashData(file))}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path}|{exception.GetType().Name}";
        }
    }
}
