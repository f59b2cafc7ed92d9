using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UDPack.Samples.Tests.Docs;

/// <summary>Code that is marked as complete compiles, as it stands, with the implicit usings of a new project.</summary>
public sealed class CodeInDocumentsTests
{
    private const string Complete = "csharp complete";

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        foreach (var document in Repository.Documents())
        {
            foreach (var (index, _) in CodeBlocks.In(Repository.Read(document), Complete).Index())
            {
                blocks.Add(document, index);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Compiles(string document, int block)
    {
        var code = CodeBlocks.In(Repository.Read(document), Complete).ElementAt(block);
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            "Document",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(code, options)],
            References.Value,
            new CSharpCompilationOptions(
                IsProgram(code) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));

        var problems = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        Assert.True(!problems.Any(), $"{string.Join('\n', problems)}\n{code}");
    }

    [Fact]
    public void The_readme_shows_a_server_and_a_client()
    {
        var blocks = CodeBlocks.In(Repository.Read("README.md"), Complete).ToList();
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

    [Fact]
    public void Configuration_in_documents_is_json()
    {
        foreach (var document in Repository.Documents())
        {
            foreach (var json in CodeBlocks.In(Repository.Read(document), "json"))
            {
                using var parsed = JsonDocument.Parse(json);
                Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
            }
        }
    }

    private static bool IsProgram(string code) =>
        CSharpSyntaxTree.ParseText(code).GetCompilationUnitRoot().Members.Any(SyntaxKind.GlobalStatement);
}
