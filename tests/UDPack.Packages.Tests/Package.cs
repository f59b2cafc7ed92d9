using System.IO.Compression;
using System.Xml.Linq;

namespace UDPack.Packages.Tests;

/// <summary>What is in a package.</summary>
internal sealed class Package(string path) : IDisposable
{
    private readonly ZipArchive _archive = ZipFile.OpenRead(path);

    public IEnumerable<string> Files => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>The element metadata of the nuspec.</summary>
    public XElement Metadata
    {
        get
        {
            var name = Files.Single(file => file.EndsWith(".nuspec", StringComparison.Ordinal));
            using var stream = new MemoryStream(Read(name));
            return XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        }
    }

    public void Dispose() => _archive.Dispose();

    public byte[] Read(string file)
    {
        var entry = _archive.GetEntry(file);
        Assert.True(entry is not null, $"{path} has no {file}, only: {string.Join(", ", Files)}");
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public string? Text(string element) => Element(element)?.Value;

    public XElement? Element(string element) => Metadata.Elements().SingleOrDefault(child => child.Name.LocalName == element);
}
