using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using UDPack.Tool.Arguments;
using UDPack.Tool.Dissector;
using UDPack.Tool.Help;
using UDPack.Tool.Inspect;
using UDPack.Tool.Keys;
using UDPack.Tool.Perf;
using UDPack.Tool.Ping;
using UDPack.Tool.Pipes;
using UDPack.Tool.Serve;

namespace UDPack.Tool;

/// <summary>The udpack command with all its subcommands.</summary>
internal static class UdpackCommand
{
    // Servers let their sessions finish after Ctrl-C.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Does what the arguments say.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="configuration">Where to write; null for the terminal, with Ctrl-C as the end.</param>
    /// <param name="cancellationToken">Does what Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, InvocationConfiguration? configuration = null, CancellationToken cancellationToken = default)
    {
        var parsed = Create().Parse(args);
        configuration ??= new InvocationConfiguration { ProcessTerminationTimeout = TerminationTimeout };
        if (parsed is { Errors.Count: > 0, Action: ParseErrorAction })
        {
            await CommandLineMistakes.WriteAsync(parsed, configuration.Error).ConfigureAwait(false);
            return ExitCodes.Usage;
        }

        var code = await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        return code != ExitCodes.Success && parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    // Not a RootCommand: that one calls itself after its assembly, and an assembly "udpack" beside "UDPack" is one file
    // too many on file systems that ignore case.
    internal static Command Create()
    {
        var command = new Command("udpack", "Makes keys for UDPack servers and clients, tries connections between them, and measures them.")
        {
            new HelpOption(), new VersionOption(),
            KeygenCommand.Create(),
            PingCommand.Create(),
            PerfCommand.Create(),
            ServeCommand.Create(),
            SendCommand.Create(),
            ListenCommand.Create(),
            InspectCommand.Create(),
            DissectorCommand.Create(),
        };
        var help = command.Options.OfType<HelpOption>().Single();
        help.Recursive = true;
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
        return command;
    }
}
