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
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "samples"), "README.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(project => Path.Combine(project, "README.md")))
            .Append(Path.Combine(Root, "README.md"))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
