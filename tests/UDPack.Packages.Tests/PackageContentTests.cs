using System.Text;
using System.Xml.Linq;

namespace UDPack.Packages.Tests;

/// <summary>What nuget.org and NuGet's users get to see.</summary>
[Collection(SharedPackages.Name)]
public sealed class PackageContentTests(PackedPackages packages)
{
    [Fact]
    public void Nothing_but_the_libraries_the_tool_and_the_templates_is_packed() => Assert.Equal(
        ["UDPack", "UDPack.Analyzers", "UDPack.Hosting", "UDPack.Protocol", "UDPack.Templates", "UDPack.Testing", "UDPack.Tool"],
        packages.Ids);

    [Fact]
    public void Packing_warns_of_nothing() => Assert.DoesNotContain("warning", packages.Output, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("UDPack")]
    [InlineData("UDPack.Analyzers")]
    [InlineData("UDPack.Hosting")]
    [InlineData("UDPack.Protocol")]
    [InlineData("UDPack.Templates")]
    [InlineData("UDPack.Testing")]
    [InlineData("UDPack.Tool")]
    public void Each_says_what_it_is_whose_and_from_where(string id)
    {
        using var package = packages.Open(id);

        Assert.Equal(packages.Version, package.Text("version"));
        Assert.Equal("The UDPack.Hosting authors", package.Text("authors"));
        Assert.True(package.Text("description")!.Length > 40, package.Text("description"));
        Assert.Equal("expression", package.Element("license")!.Attribute("type")!.Value);
        Assert.Equal("MIT", package.Text("license"));
        Assert.Equal(Repository.Home, package.Text("projectUrl"));
        var repository = package.Element("repository")!;
        Assert.Equal("git", repository.Attribute("type")!.Value);
        Assert.Equal(Repository.Home, repository.Attribute("url")!.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")!.Value);

        var readme = Encoding.UTF8.GetString(package.Read(package.Text("readme")!));
        Assert.StartsWith($"# {id}\n", readme, StringComparison.Ordinal);
        // nuget.org shows it, where links within the repository lead nowhere.
        Assert.DoesNotMatch(@"\]\((?!https://)", readme);
        var icon = package.Read(package.Text("icon")!);
        Assert.Equal("PNG", Encoding.ASCII.GetString(icon, 1, 3));
        Assert.Equal([0, 0, 0, 128, 0, 0, 0, 128], icon[16..24]);
    }

    [Theory]
    [InlineData("UDPack")]
    [InlineData("UDPack.Hosting")]
    [InlineData("UDPack.Protocol")]
    [InlineData("UDPack.Testing")]
    public void Each_library_is_one_assembly_with_its_documentation(string id)
    {
        using var package = packages.Open(id);

        Assert.Equal(
            [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"],
            package.Files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        using var stream = new MemoryStream(package.Read($"lib/net10.0/{id}.xml"));
        Assert.NotEmpty(XDocument.Load(stream).Descendants("member"));
    }

    [Fact]
    public void The_analyzers_are_for_compilers_only_and_nobody_inherits_them()
    {
        using var package = packages.Open("UDPack.Analyzers");

        Assert.Equal("true", package.Text("developmentDependency"));
        Assert.Equal(["analyzers/dotnet/cs/UDPack.Analyzers.dll"], package.Files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)));
        Assert.DoesNotContain(package.Files, file => file.StartsWith("lib/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_core_package_has_debug_builds_poison_what_was_given_back()
    {
        using var package = packages.Open("UDPack");

        var props = Encoding.UTF8.GetString(package.Read("buildTransitive/UDPack.props"));
        Assert.Contains("RuntimeHostConfigurationOption Include=\"UDPack.PoisonReleasedPackets\"", props, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hosting_package_brings_the_schema_of_its_settings_to_editors()
    {
        using var package = packages.Open("UDPack.Hosting");

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(Repository.Root, "appsettings.schema.json")),
            package.Read("buildTransitive/appsettings.schema.json"));
        Assert.Contains("JsonSchemaSegment", Encoding.UTF8.GetString(package.Read("buildTransitive/UDPack.Hosting.props")), StringComparison.Ordinal);
    }
}
