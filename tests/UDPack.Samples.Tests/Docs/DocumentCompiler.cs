using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UDPack.Samples.Tests.Docs;

/// <summary>Compiles the code of the documents with what this test project references, and the implicit usings of a new project.</summary>
internal static class DocumentCompiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    // A package that was built for an older framework; the SDK does not warn of that, either.
    private static readonly Dictionary<string, ReportDiagnostic> Unsaid =
        new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The block, with those of its project if it has one.</summary>
    public static CSharpCompilation Compile(CodeBlock block, IEnumerable<CodeBlock> all)
    {
        var blocks = block.Project is null
            ? [block]
            : all.Where(other => other.Document == block.Document && other.Project == block.Project).ToList();
        var files = blocks.Select(Parse).ToList();
        var isProgram = files.Any(file => file.GetCompilationUnitRoot().Members.Any(SyntaxKind.GlobalStatement));
        return CSharpCompilation.Create(
            $"Document-{Guid.NewGuid():n}",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions), .. files],
            References.Value,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                specificDiagnosticOptions: Unsaid));
    }

    /// <summary>What the compiler complains about, with document and line.</summary>
    public static IReadOnlyList<string> Problems(CSharpCompilation compilation) =>
        [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(Text)];

    private static string Text(Diagnostic diagnostic)
    {
        var place = diagnostic.Location.GetMappedLineSpan();
        return $"{place.Path}:{place.StartLinePosition.Line + 1}: {diagnostic.Id}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}";
    }

    private static SyntaxTree Parse(CodeBlock block) => CSharpSyntaxTree.ParseText(
        block.IsComplete ? $"#line {block.Line} \"{block.Document}\"\n{block.Text}" : Fragments.Wrap(block), ParseOptions);
}
