using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace UDPack.Analyzers.Tests;

/// <summary>Code in which [| and |] stand around what a rule has to report, and nothing else.</summary>
internal static class Marked
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>Members of a packet handler.</summary>
    public static string InHandler(string members) => $$"""
        internal sealed class Handler : UdpackPacketHandler
        {
            private ReadOnlyMemory<byte> _kept;
            private readonly List<ReadOnlyMemory<byte>> _all = [];
            private readonly Queue<(uint, ReadOnlyMemory<byte>)> _queue = [];
            private readonly System.Threading.Channels.Channel<ReadOnlyMemory<byte>> _channel = System.Threading.Channels.Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
            {{members}}
        }
        """;

    /// <summary>The body of a method that has a session and a stream.</summary>
    public static string InMethod(string body) => $$"""
        internal sealed class Code
        {
            public ReadOnlyMemory<byte> Kept;
            public async Task RunAsync(UdpackSession session, UdpackStream stream, CancellationToken token)
            {
                await Task.Yield();
                {{body}}
            }
            private static void Take(UdpackPacket packet) => packet.Dispose();
        }
        """;

    public static async Task VerifyAsync(DiagnosticAnalyzer analyzer, string code)
    {
        var expected = new List<string>();
        var clean = code;
        for (int begin; (begin = clean.IndexOf("[|", StringComparison.Ordinal)) >= 0;)
        {
            var end = clean.IndexOf("|]", StringComparison.Ordinal);
            expected.Add(clean[(begin + 2)..end]);
            clean = clean.Remove(end, 2).Remove(begin, 2);
        }

        var found = await FindAsync(analyzer, clean);
        Assert.Equal(expected, found.Select(diagnostic => diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan)));
        Assert.All(found, diagnostic => Assert.DoesNotContain("{0}", diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<Diagnostic>> FindAsync(DiagnosticAnalyzer analyzer, string code)
    {
        const string usings = """
            using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
            using UDPack; using UDPack.Hosting;

            """;
        var compilation = CSharpCompilation.Create(
            "Code",
            [CSharpSyntaxTree.ParseText(usings + code, new CSharpParseOptions(LanguageVersion.Latest))],
            References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var diagnostics = await compilation.WithAnalyzers(ImmutableArray.Create(analyzer)).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Id == "AD0001");
        return [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)];
    }
}
