namespace UDPack.Samples.Tests.Docs;

/// <summary>What surrounds the fragments in the documents, so that they compile: a wrapper gives the names that a page takes for granted.</summary>
internal static class Fragments
{
    // What a page need not repeat in each fragment.
    private const string Usings = """
        using System.Buffers;
        using System.Collections.Concurrent;
        using System.IO.Pipelines;
        using System.Net;
        using System.Net.Sockets;
        using System.Security.Claims;
        using System.Text;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Diagnostics.HealthChecks;
        using Microsoft.AspNetCore.Hosting;
        using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Logging;
        using OpenTelemetry.Metrics;
        using OpenTelemetry.Resources;
        using OpenTelemetry.Trace;
        using UDPack;
        using UDPack.Hosting;
        """;

    // An application's own, whose content does not matter.
    private const string Types = """
        private sealed class GameHandler : UdpackSessionHandler
        {
            public override Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => Task.CompletedTask;
        }

        private sealed class GameTokens : ITokenValidator
        {
            public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
                ValueTask.FromResult(TokenVerdict.Success());
        }
        """;

    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        // A program that has begun to build its host.
        ["builder"] = "HostApplicationBuilder builder, IServiceCollection services, CancellationToken cancellationToken",
        // A program of its own, but for the application's types: GameHandler, GameTokens.
        ["web"] = "string[] args",
        // Somewhere with a session, on either side.
        ["session"] = "UdpackSession session, ReadOnlyMemory<byte> data, CancellationToken cancellationToken",
        // Somewhere with a stream of a session.
        ["stream"] = "UdpackSession session, UdpackStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken",
        // Somewhere with a client's lasting connection.
        ["connection"] = "UdpackConnection connection, ReadOnlyMemory<byte> data, CancellationToken cancellationToken",
    };

    /// <summary>The wrappers there are: statements with parameters, "members" of a handler's class.</summary>
    public static IEnumerable<string> Wrappers => [.. Parameters.Keys, "members"];

    /// <summary>The fragment as a file that compiles; errors are told with the document's own lines.</summary>
    public static string Wrap(CodeBlock block)
    {
        var name = $"Fragment{block.Line}";
        var (head, tail) = block.Wrapper == "members"
            ? ($"internal sealed partial class {name} {{", "}")
            : ($"internal static class {name} {{ internal static async Task RunAsync({Parameters[block.Wrapper!]}) {{", $"await Task.CompletedTask; }}\n{Types}\n}}");
        return $"{Usings}\n#pragma warning disable CS0168, CS0219, CS8321\n{head}\n#line {block.Line} \"{block.Document}\"\n{block.Text}\n#line hidden\n{tail}\n";
    }
}
