namespace UDPack.Tool.Keys;

/// <summary>Writes key files so that no one ever sees half of one, and no one but the owner sees a private one.</summary>
internal static class KeyFileWriter
{
    public static void WritePrivate(string path, string text, bool overwrite) =>
        Write(path, text, overwrite, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public static void WritePublic(string path, string text, bool overwrite) =>
        Write(path, text, overwrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

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
