using System.Text.RegularExpressions;

namespace UDPack.Repository.Tests.Tidy;

/// <summary>
/// A folder is a feature and holds its public and its internal types. The namespace of an internal type is its folder's; public types lie in one flat
/// namespace of their package, whatever the folder, so that one using is enough.
/// </summary>
public sealed partial class NamespaceTests
{
    /// <summary>The flat namespaces of each project.</summary>
    private static readonly Dictionary<string, string[]> Flat = new()
    {
        ["UDPack.Protocol"] = ["UDPack", "UDPack.Protocol"],
        ["UDPack"] = ["UDPack"],
        ["UDPack.Hosting"] = ["UDPack.Hosting", "UDPack", "Microsoft.Extensions.DependencyInjection"],
        ["UDPack.Testing"] = ["UDPack.Testing", "Microsoft.Extensions.DependencyInjection"],
        ["UDPack.Analyzers"] = ["UDPack.Analyzers"],
        ["UDPack.Tool"] = ["UDPack.Tool"],
    };

    public static TheoryData<string> Projects => [.. Flat.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_public_type_is_in_a_flat_namespace_and_an_internal_one_in_its_folders(string project)
    {
        var mistakes = new List<string>();
        foreach (var file in Checkout.Files($"src/{project}", "*.cs"))
        {
            var text = File.ReadAllText(file);
            if (Namespace().Match(text) is not { Success: true } match || PublicType().IsMatch(text) is var isPublic && Flat[project].Contains(match.Groups[1].Value) && isPublic)
            {
                continue;
            }

            var folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Checkout.Root, "src"), file))!.Replace(Path.DirectorySeparatorChar, '.');
            if (match.Groups[1].Value != folder)
            {
                mistakes.Add($"{Path.GetRelativePath(Checkout.Root, file)}: {match.Groups[1].Value}, should be {folder}{(isPublic ? $" or {string.Join(" or ", Flat[project])}" : "")}");
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public [a-z ]*(class|struct|record|interface|enum|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
