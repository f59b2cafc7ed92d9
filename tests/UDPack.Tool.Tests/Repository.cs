using System.Reflection;

namespace UDPack.Tool.Tests;

/// <summary>Where things are.</summary>
internal static class Repository
{
    private static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The tool that this build made.</summary>
    public static string Tool => Path.Combine(Root, "src/UDPack.Tool", Metadata("Output"), "UDPack.Tool.dll");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
