using System.Text.RegularExpressions;
using UDPack.Packages.Tests.Running;

namespace UDPack.Packages.Tests;

/// <summary>All packages of the solution, packed once, with a version that no cache knows, in a feed of their own.</summary>
public sealed partial class PackedPackages : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string? _cache;

    public string Version { get; } = $"0.1.0-test.x{Guid.NewGuid():N}";

    /// <summary>What packing said.</summary>
    internal string Output { get; private set; } = "";

    internal string Feed => _folder.Combine("feed");

    /// <summary>A NuGet.config with the feed for UDPack's packages, and the machine's sources for all others.</summary>
    internal string Configuration { get; private set; } = "";

    internal IEnumerable<string> Ids =>
        Directory.EnumerateFiles(Feed, "*.nupkg").Select(file => Path.GetFileName(file)[..^$".{Version}.nupkg".Length]).Order(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        Output = await Command.DotnetAsync(
            Repository.Root,
            "pack", "UDPack.Hosting.sln", "--no-build", "--configuration", Repository.Configuration, "--verbosity", "quiet",
            $"-p:Version={Version}", $"-p:PackageOutputPath={Feed}", $"-p:NuspecOutputPath={_folder.Combine("nuspec")}/");

        _cache = await PackageCache.FindAsync(_folder.Path);
        var sources = Source().Matches(await Command.DotnetAsync(_folder.Path, "nuget", "list", "source")).Select(match => match.Groups[1].Value);
        Configuration = $"""
            <configuration>
              <packageSources>
                <add key="udpack-packed" value="{Feed}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="udpack-packed">
                  <package pattern="UDPack" />
                  <package pattern="UDPack.*" />
                </packageSource>
                {string.Join("\n    ", sources.Select(name => $"""<packageSource key="{name}"><package pattern="*" /></packageSource>"""))}
              </packageSourceMapping>
            </configuration>
            """;
    }

    public Task DisposeAsync()
    {
        // Tests restored them; nobody else will ask for this version.
        foreach (var id in _cache is null ? [] : Ids)
        {
            var restored = Path.Combine(_cache!, id.ToLowerInvariant(), Version);
            if (Directory.Exists(restored))
            {
                Directory.Delete(restored, recursive: true);
            }
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();

    internal Package Open(string id) => new(Path.Combine(Feed, $"{id}.{Version}.nupkg"));

    internal Package OpenSymbols(string id) => new(Path.Combine(Feed, $"{id}.{Version}.snupkg"));

    /// <summary>A folder in which NuGet finds the packages.</summary>
    internal TemporaryFolder CreateFolder()
    {
        var folder = new TemporaryFolder();
        folder.Write("NuGet.config", Configuration);
        return folder;
    }

    // Such as "  1.  nuget.org [Enabled]".
    [GeneratedRegex(@"^\s*\d+\.\s+(.+?) \[Enabled\]\s*$", RegexOptions.Multiline)]
    private static partial Regex Source();
}
