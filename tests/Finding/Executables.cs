namespace UDPack.Finding;

/// <summary>Programs of this machine that some tests need.</summary>
internal static class Executables
{
    /// <summary>Where a program lies, the first of several names that the PATH has; null if it has none.</summary>
    public static string? Find(params ReadOnlySpan<string> names)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            foreach (var folder in folders)
            {
                var file = Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
                if (File.Exists(file))
                {
                    return file;
                }
            }
        }

        return null;
    }
}
