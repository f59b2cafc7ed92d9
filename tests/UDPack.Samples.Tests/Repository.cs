using System.Reflection;

namespace UDPack.Samples.Tests;

/// <summary>Where things are.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The assembly that this build made of a project.</summary>
    public static string Assembly(string project) =>
        Path.Combine(Root, project, Metadata("Output"), $"{Path.GetFileName(project)}.dll");

    /// <summary>The documents, as paths from the root.</summary>
    public static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(ReadMesBelow("samples"))
            .Concat(ReadMesBelow("src"))
            .Append(Path.Combine(Root, "README.md"))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    // Those of the projects themselves, not what a build or a package left in their bin and obj.
    private static IEnumerable<string> ReadMesBelow(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Root, folder))
            .Select(project => Path.Combine(project, "README.md"))
            .Where(File.Exists);

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
