namespace UDPack.Packages.Tests.Running;

/// <summary>The folder in which NuGet keeps the packages of all projects.</summary>
internal static class PackageCache
{
    /// <summary>Where it is unless a NuGet.config says otherwise.</summary>
    public static string Usual => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Where it is.</summary>
    public static async Task<string> FindAsync(string folder)
    {
        // One line: global-packages: /home/me/.nuget/packages/
        var line = await Command.DotnetAsync(folder, "nuget", "locals", "global-packages", "--list");
        return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
