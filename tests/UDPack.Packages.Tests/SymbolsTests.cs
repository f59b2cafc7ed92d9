using System.Reflection.Metadata;
using System.Text.Json;

namespace UDPack.Packages.Tests;

/// <summary>A debugger steps into the libraries.</summary>
[Collection(SharedPackages.Name)]
public sealed class SymbolsTests(PackedPackages packages)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [Theory]
    [InlineData("UDPack", "lib/net10.0")]
    [InlineData("UDPack.Hosting", "lib/net10.0")]
    [InlineData("UDPack.Protocol", "lib/net10.0")]
    [InlineData("UDPack.Testing", "lib/net10.0")]
    [InlineData("UDPack.Tool", "tools/net10.0/any")]
    public void Every_source_file_is_embedded_or_linked_to_its_commit(string id, string folder)
    {
        using var package = packages.OpenSymbols(id);
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(package.Read($"{folder}/{id}.pdb")));
        var pdb = provider.GetMetadataReader();

        var module = pdb.GetCustomDebugInformation(EntityHandle.ModuleDefinition)
            .Select(pdb.GetCustomDebugInformation)
            .Single(information => pdb.GetGuid(information.Kind) == SourceLink);
        using var link = JsonDocument.Parse(pdb.GetBlobBytes(module.Value));
        var mapping = Assert.Single(link.RootElement.GetProperty("documents").EnumerateObject());
        Assert.Matches(@"^https://raw\.githubusercontent\.com/udpack/udpack-hosting/[0-9a-f]{40}/\*$", mapping.Value.GetString());

        var root = mapping.Name.TrimEnd('*');
        foreach (var handle in pdb.Documents)
        {
            var name = pdb.GetString(pdb.GetDocument(handle).Name);
            var isEmbedded = pdb.GetCustomDebugInformation(handle)
                .Any(information => pdb.GetGuid(pdb.GetCustomDebugInformation(information).Kind) == EmbeddedSource);
            Assert.True(isEmbedded || name.StartsWith(root, StringComparison.Ordinal), $"{name} is neither embedded nor under {root}");
        }
    }
}
