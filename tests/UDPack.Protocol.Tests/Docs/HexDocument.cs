using System.Text;
using System.Text.RegularExpressions;

namespace UDPack.Protocol.Tests.Docs;

/// <summary>
/// The named values in a document's <c>hex</c> code blocks. A value starts with "name =" and goes on over the lines below it;
/// "#" starts a comment.
/// </summary>
internal sealed partial class HexDocument
{
    private const int BytesPerLine = 32;
    private readonly string _path;
    private readonly Dictionary<string, byte[]> _values = [];

    private HexDocument(string path) => _path = path;

    public IReadOnlyCollection<string> Names => _values.Keys;

    public byte[] this[string name] => _values.TryGetValue(name, out var value)
        ? value
        : throw new KeyNotFoundException($"{_path} has no value '{name}'.");

    /// <summary>Reads a file below the repository's root.</summary>
    public static HexDocument Load(params string[] path)
    {
        var document = new HexDocument(Path.Combine([Root(), .. path]));
        var name = "";
        foreach (var line in document.HexLines())
        {
            var match = NameLine().Match(line);
            if (match.Success)
            {
                name = match.Groups[1].Value;
                document._values.Add(name, []);
                continue;
            }

            document._values[name] = [.. document._values[name], .. Convert.FromHexString(line.Replace(" ", "", StringComparison.Ordinal))];
        }

        return document;
    }

    /// <summary>Writes other values in the place of those the document has; the text around them stays.</summary>
    public void Update(IReadOnlyDictionary<string, Part[]> values)
    {
        var output = new StringBuilder();
        var inHex = false;
        var skipping = false;
        foreach (var line in File.ReadAllText(_path).TrimEnd('\n').Split('\n'))
        {
            inHex = inHex ? line != "```" : line == "```hex";
            var match = NameLine().Match(line);
            skipping = inHex && (match.Success ? values.ContainsKey(match.Groups[1].Value) : skipping);
            if (!skipping || match.Success)
            {
                output.Append(line).Append('\n');
            }

            if (skipping && match.Success)
            {
                Append(output, values[match.Groups[1].Value]);
            }
        }

        File.WriteAllText(_path, output.ToString());
    }

    private static void Append(StringBuilder output, Part[] parts)
    {
        foreach (var part in parts)
        {
            var comment = part.Comment;
            foreach (var row in part.Bytes.Chunk(BytesPerLine))
            {
                output.Append("  ").Append(Convert.ToHexStringLower(row)).Append(comment.Length > 0 ? $"  # {comment}" : "").Append('\n');
                comment = "";
            }
        }
    }

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "UDPack.Hosting.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The repository's root was not found.");
        }

        return folder.FullName;
    }

    private IEnumerable<string> HexLines()
    {
        var inHex = false;
        foreach (var line in File.ReadLines(_path))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inHex = line == "```hex";
            }
            else if (inHex)
            {
                yield return line.Split('#')[0].TrimEnd();
            }
        }
    }

    [GeneratedRegex("^([a-z0-9-]+) =$")]
    private static partial Regex NameLine();
}

/// <summary>Some bytes of a value, and what they are.</summary>
internal sealed record Part(byte[] Bytes, string Comment = "")
{
    public static Part[] Of(ReadOnlySpan<byte> bytes) => [new Part(bytes.ToArray())];

    /// <summary>Cuts bytes into parts of given sizes; the last takes the rest.</summary>
    public static Part[] Cut(ReadOnlySpan<byte> bytes, params (int Size, string Comment)[] parts)
    {
        var cut = new List<Part>();
        foreach (var (size, comment) in parts)
        {
            var length = size < 0 ? bytes.Length + size + 1 : size;
            cut.Add(new Part(bytes[..length].ToArray(), comment));
            bytes = bytes[length..];
        }

        Assert.True(bytes.IsEmpty, "The parts do not cover the value.");
        return [.. cut];
    }
}
