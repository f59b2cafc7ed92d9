namespace UDPack.Tool.Dissector;

/// <summary>The Lua script that comes with the tool.</summary>
internal static class DissectorScript
{
    public const string FileName = "udpack.lua";

    public static string Read()
    {
        using var stream = typeof(DissectorScript).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"The resource {FileName} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
