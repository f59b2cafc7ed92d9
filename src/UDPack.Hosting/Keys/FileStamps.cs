namespace UDPack.Hosting.Keys;

/// <summary>
/// What files look like from outside. Polled instead of watched: secrets that an orchestrator mounts change by a swap of
/// a directory link, which file system events do not tell about.
/// </summary>
internal static class FileStamps
{
    public static string Of(IEnumerable<string> files) => string.Join('\n', files.Select(Of));

    private static string Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? FormattableString.Invariant($"{path}|{target.FullName}|{target.LastWriteTimeUtc.Ticks}|{target.Length}") : $"{path}|missing";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path}|{exception.GetType().Name}";
        }
    }
}
