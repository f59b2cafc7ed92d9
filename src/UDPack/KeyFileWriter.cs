namespace UDPack;

/// <summary>Writes key files so that no one ever sees half of one, and no one but the owner sees a private one.</summary>
internal static class KeyFileWriter
{
    /// <exception cref="IOException">The file exists and may not be overwritten, or cannot be written.</exception>
    public static void WritePrivate(string path, string text, bool overwrite) =>
        Write(path, text, overwrite, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <inheritdoc cref="WritePrivate"/>
    public static void WritePublic(string path, string text, bool overwrite) =>
        Write(path, text, overwrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    /// <summary>Makes a folder that only its owner can look into, unless it is there.</summary>
    public static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void Write(string path, string text, bool overwrite, UnixFileMode mode)
    {
        // The mode is set when the file is made: setting it later would leave a moment in which others can open it.
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            using (var writer = new StreamWriter(temporary, options))
            {
                writer.Write(text);
            }

            File.Move(temporary, path, overwrite);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
