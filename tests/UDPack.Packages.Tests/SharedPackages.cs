namespace UDPack.Packages.Tests;

/// <summary>All tests of packages: one set of packages, one build at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPackages : ICollectionFixture<PackedPackages>
{
    public const string Name = "packages";
}
