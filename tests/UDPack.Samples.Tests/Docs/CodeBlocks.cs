using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The fenced blocks of a document.</summary>
internal static partial class CodeBlocks
{
    /// <summary>The texts of the blocks whose fence says this, such as "csharp complete".</summary>
    public static IEnumerable<string> In(string document, string info) => Fence().Matches(document)
        .Where(match => match.Groups["info"].Value == info)
        .Select(match => match.Groups["text"].Value);

    [GeneratedRegex(@"^```(?<info>[^\n`]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
