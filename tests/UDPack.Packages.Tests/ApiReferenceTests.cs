using System.Text.RegularExpressions;
using UDPack.Packages.Tests.Running;

namespace UDPack.Packages.Tests;

/// <summary>The API reference is made from the documentation comments.</summary>
[Collection(SharedPackages.Name)]
public sealed partial class ApiReferenceTests
{
    [DocfxFact]
    public async Task Every_public_type_has_its_page_without_a_warning()
    {
        await Command.DotnetAsync(Repository.Root, "docfx", "docs/api/docfx.json", "--warningsAsErrors");

        var types = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "PublicAPI.Unshipped.txt", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "PublicAPI.Shipped.txt", SearchOption.AllDirectories))
            .SelectMany(File.ReadLines)
            .Where(line => Type().IsMatch(line))
            .ToList();
        Assert.NotEmpty(types);
        var pages = Path.Combine(Repository.Root, "artifacts/docs/site/api");
        Assert.All(types, type => Assert.True(File.Exists(Path.Combine(pages, $"{type}.html")), $"{type} has no page"));
        Assert.True(File.Exists(Path.Combine(pages, "../index.html")));
    }

    // A line of a public API file that has only a type's name.
    [GeneratedRegex(@"^[\w.]+$")]
    private static partial Regex Type();
}
