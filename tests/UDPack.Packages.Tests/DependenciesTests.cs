namespace UDPack.Packages.Tests;

/// <summary>What comes along with each package: abstractions of the host, and nothing that an application would have to weigh.</summary>
[Collection(SharedPackages.Name)]
public sealed class DependenciesTests(PackedPackages packages)
{
    [Theory]
    [InlineData("UDPack", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Primitives", "UDPack.Protocol")]
    [InlineData(
        "UDPack.Hosting",
        "Microsoft.Extensions.Configuration.Abstractions",
        "Microsoft.Extensions.Configuration.Binder",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Diagnostics.HealthChecks",
        "Microsoft.Extensions.Hosting.Abstractions",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Options.ConfigurationExtensions",
        "UDPack")]
    [InlineData("UDPack.Analyzers")]
    [InlineData("UDPack.Protocol")]
    [InlineData("UDPack.Templates")]
    [InlineData("UDPack.Testing", "Microsoft.Extensions.DependencyInjection.Abstractions", "UDPack")]
    [InlineData("UDPack.Tool")]
    public void Each_depends_on_little(string id, params string[] expected)
    {
        using var package = packages.Open(id);
        var dependencies = package.Metadata.Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);

        Assert.Equal(expected, dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.All(dependencies, dependency => Assert.Equal(
            dependency.Key.StartsWith("UDPack", StringComparison.Ordinal) ? packages.Version : Repository.ExtensionsVersion,
            dependency.Value));
    }
}
