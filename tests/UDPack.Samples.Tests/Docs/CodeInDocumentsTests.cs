namespace UDPack.Samples.Tests.Docs;

/// <summary>
/// All C# in the documents compiles: "csharp complete" as it stands, and "csharp" in the wrapper that the comment before it names. See <see cref="CodeBlocks"/>.
/// </summary>
public sealed class CodeInDocumentsTests
{
    private static readonly IReadOnlyList<CodeBlock> All = [.. CodeBlocks.All()];

    // The blocks of a project are compiled once, all together.
    public static TheoryData<string> Blocks() =>
        [.. All.Where(CanCompile).DistinctBy(block => block.Project is null ? block.Place : $"{block.Document} {block.Project}").Select(block => block.Place)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Compiles(string place)
    {
        var block = All.Single(block => block.Place == place);
        var problems = DocumentCompiler.Problems(DocumentCompiler.Compile(block, All));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void No_block_of_csharp_escapes_the_compiler()
    {
        var faults = All.Where(block => block.Fault is not null).Select(block => $"{block.Place}: {block.Fault}");
        var escaped = All.Where(block => block.IsCSharp && !CanCompile(block)).Select(block =>
            $"{block.Place}: tag it '{CodeBlock.CompleteInfo}', or 'csharp' with <!-- compile: WRAPPER --> in the line before; the wrappers are {string.Join(", ", Fragments.Wrappers)}");
        Assert.Empty(faults.Concat(escaped));
    }

    [Theory]
    [InlineData("csharp", "await session.SendAsync(data);", null)]
    [InlineData("cs", "var x = 1;", null)]
    [InlineData("C#", "var x = 1;", null)]
    [InlineData("", "var x = 1;", null)]
    [InlineData("text", "var x = 1;", null)]
    [InlineData("csharp complet", "var x = 1;", null)]
    [InlineData("csharp", "var x = 1;", "nonsense")]
    public void What_would_escape_is_found(string info, string code, string? wrapper)
    {
        var comment = wrapper is null ? "" : $"<!-- compile: {wrapper} -->\n";
        var block = Assert.Single(CodeBlocks.In("a.md", $"Text.\n\n{comment}```{info}\n{code}\n```\n"));
        Assert.True(block.IsCSharp && !CanCompile(block));
    }

    [Fact]
    public void An_error_in_a_fragment_is_told_with_its_document_and_line()
    {
        var block = Assert.Single(CodeBlocks.In("docs/a.md", "Text.\n\n<!-- compile: session -->\n```csharp\nawait session.SendAsync(data);\nsession.Sned(data);\n```\n"));
        var problem = Assert.Single(DocumentCompiler.Problems(DocumentCompiler.Compile(block, [block])));
        Assert.StartsWith("docs/a.md:6: CS1061", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_readme_shows_a_server_and_a_client()
    {
        var blocks = All.Where(block => block is { Document: "README.md", IsComplete: true }).Select(block => block.Text).ToList();
        Assert.Contains(blocks, block => block.Contains("AddUdpackServer", StringComparison.Ordinal));
        Assert.Contains(blocks, block => block.Contains("UdpackClient.ConnectAsync", StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_begins_with_the_two_commands()
    {
        var lines = Repository.Read("README.md").Split('\n');
        var quickstart = Array.IndexOf(lines, "dotnet run --project samples/Quickstart");
        var tests = Array.IndexOf(lines, "dotnet test UDPack.Hosting.sln");
        Assert.InRange(quickstart, 0, tests);
        Assert.Equal(tests, Array.FindIndex(lines, line => line.StartsWith("dotnet test ", StringComparison.Ordinal)));
        Assert.Equal(quickstart, Array.FindIndex(lines, line => line.StartsWith("dotnet run ", StringComparison.Ordinal)));
    }

    private static bool CanCompile(CodeBlock block) =>
        block.IsComplete || (block.Info == "csharp" && Fragments.Wrappers.Contains(block.Wrapper));
}
