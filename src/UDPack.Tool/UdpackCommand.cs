using System.CommandLine;
using System.CommandLine.Help;
using UDPack.Tool.Dissector;
using UDPack.Tool.Inspect;
using UDPack.Tool.Keys;
using UDPack.Tool.Perf;

namespace UDPack.Tool;

/// <summary>The udpack command with all its subcommands.</summary>
internal static class UdpackCommand
{
    /// <summary>Does what the arguments say.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, InvocationConfiguration? configuration = null)
    {
        var parsed = Create().Parse(args);
        var code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        return code != ExitCodes.Success && parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    // Not a RootCommand: that one calls itself after its assembly, and an assembly "udpack" beside "UDPack" is one file
    // too many on file systems that ignore case.
    private static Command Create()
    {
        var command = new Command("udpack", "Keys for UDPack servers and clients, and measurements of the path between them.")
        {
            new HelpOption(), new VersionOption(), KeygenCommand.Create(), PerfCommand.Create(), InspectCommand.Create(), DissectorCommand.Create(),
        };
        command.Options.OfType<HelpOption>().Single().Recursive = true;
        return command;
    }
}
