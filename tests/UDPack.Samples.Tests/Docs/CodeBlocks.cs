using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>
/// The fenced blocks of the documents. A comment right before a block says how to compile it: <c>&lt;!-- compile: session --&gt;</c> names the
/// wrapper of a fragment, <c>&lt;!-- project: server --&gt;</c> the blocks of the same document it is compiled with; one comment may say both.
/// </summary>
internal static partial class CodeBlocks
{
    public static IEnumerable<CodeBlock> All() => Repository.Documents().SelectMany(document => In(document, Repository.Read(document)));

    public static IEnumerable<CodeBlock> In(string document, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence)
            {
                continue;
            }

            var mark = fence.Groups["mark"].Value;
            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == mark);
            var fault = end < 0 ? "the fence does not end"
                : mark != "```" || fence.Groups["indent"].Length > 0 ? "fences are three backticks at the beginning of a line"
                : null;
            end = end < 0 ? lines.Length : end;
            var comment = Comment().Match(i > 0 ? lines[i - 1] : "");
            yield return new CodeBlock(
                document,
                i + 2,
                fence.Groups["info"].Value.Trim(),
                string.Concat(lines[(i + 1)..end].Select(line => line + "\n")),
                Value(comment.Groups["wrapper"]),
                Value(comment.Groups["project"]),
                fault);
            i = end;
        }

        static string? Value(Group group) => group.Success ? group.Value : null;
    }

    [GeneratedRegex(@"^(?<indent>\s*)(?<mark>`{3,}|~{3,})(?<info>[^`]*)$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^<!-- (?:compile: (?<wrapper>[a-z]+))?,? ?(?:project: (?<project>[a-z-]+))? -->$")]
    private static partial Regex Comment();
}
