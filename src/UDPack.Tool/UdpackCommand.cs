using System.CommandLine;
using System.CommandLine.Help;
using UDPack.Tool.Keys;

namespace UDPack.Tool;

/// <summary>The udpack command with all its subcommands.</summary>
internal static class UdpackCommand
{
    // Not a RootCommand: that one calls itself after its assembly, and an assembly "udpack" beside "UDPack" is one file
    // too many on file systems that ignore case.
    public static Command Create()
    {
        var command = new Command("udpack", "Keys for UDPack servers and clients.") { new HelpOption(), new VersionOption(), KeygenCommand.Create() };
        command.Options.OfType<HelpOption>().Single().Recursive = true;
        return command;
    }
}
