using System.Reflection;

namespace UDPack.Packages.Tests;

/// <summary>Where things are, and how they were built.</summary>
internal static class Repository
{
    public const string Home = "https://github.com/udpack/udpack-hosting";

    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string Configuration => Metadata("Configuration");

    public static string ExtensionsVersion => Metadata("ExtensionsVersion");

    /// <summary>The runtime that the SDK brings along; the native compiler it asks for has the same version.</summary>
    public static string RuntimeVersion => Metadata("RuntimeVersion");

    public static string RuntimeIdentifier => Metadata("RuntimeIdentifier");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
