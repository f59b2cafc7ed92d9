using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The messages that a source file can say, with "…" for what is filled in.</summary>
internal static partial class MessageTexts
{
    /// <summary>Where a text is cut: the beginning finds a message, the rest would only be copied.</summary>
    private const int LongestBeginning = 60;

    public static IEnumerable<string> BeginningsIn(string file) => CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot()
        .DescendantNodes(node => node is not InterpolationSyntax)
        .OfType<ExpressionSyntax>()
        .Where(text => text.FirstAncestorOrSelf<AttributeSyntax>() is null)
        .Select(Template)
        .OfType<string>()
        .Select(Beginning)
        // Shorter ones are names and words that fill in others.
        .Where(beginning => beginning.Count(c => c == ' ') >= 3)
        .Distinct();

    private static string? Template(ExpressionSyntax text) => text switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax interpolated => string.Concat(interpolated.Contents.Select(part =>
            part is InterpolatedStringTextSyntax fixedPart ? fixedPart.TextToken.ValueText : "…")),
        _ => null,
    };

    private static string Beginning(string template)
    {
        var text = Holes().Replace(template, "…").TrimStart('…', ' ', ':', ',');
        if (text.Length > LongestBeginning)
        {
            text = text[..text.LastIndexOf(' ', LongestBeginning)];
        }

        return text.TrimEnd('…', ' ', '(', '\'');
    }

    [GeneratedRegex("…(?: ?…)*")]
    private static partial Regex Holes();
}
