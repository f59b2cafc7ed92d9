using System.Reflection;

namespace UDPack.Hosting.Tests;

/// <summary>The files of the repository that tests compare with the code.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!);
}
