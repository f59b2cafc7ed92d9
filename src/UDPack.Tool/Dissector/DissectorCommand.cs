using System.CommandLine;
using UDPack.Tool.Help;
using UDPack.Tool.Output;

namespace UDPack.Tool.Dissector;

/// <summary>udpack dissector: gives Wireshark the protocol.</summary>
internal static class DissectorCommand
{
    public static Command Create()
    {
        var install = new Option<bool>("--install") { Description = "Put the script where Wireshark and tshark find it, for this user; an older one is replaced." };
        var path = new Option<bool>("--path") { Description = "Print the file that --install writes." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text; not the script." };
        var command = new ToolCommand(
            "dissector",
            "Prints a dissector for Wireshark and tshark, a Lua script, or installs it.",
            "udpack dissector --install",
            "udpack dissector > udpack.lua")
        {
            Details =
                """
                It shows all frames and fields, and decrypts them with a key log: set the preference udpack.keylog_file.
                """,
            Notes =
                """
                Then
                  tshark -r capture.pcapng -o udpack.keylog_file:keys.log -Y udpack -V
                """,
        };
        foreach (var option in new Option[] { install, path, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            Path.Combine(DissectorFolder.OfUser(), DissectorScript.FileName),
            parsed.GetValue(install),
            parsed.GetValue(path),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Does what the options say.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(string file, bool install, bool printPath, bool isJson, TextWriter output, TextWriter error)
    {
        if (install)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, DissectorScript.Read());
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                error.WriteLine($"The dissector could not be written: {exception.Message}");
                return ExitCodes.Failed;
            }
        }

        if (isJson)
        {
            new JsonLines(output).Write(new DissectorReport { File = file, Installed = install }, DissectorJson.Default.DissectorReport);
        }
        else if (printPath)
        {
            output.WriteLine(file);
        }
        else if (install)
        {
            output.WriteLine($"Dissector: {file}");
            output.WriteLine("Wireshark reads it with its next start, or with Analyze, Reload Lua Plugins.");
        }
        else
        {
            output.Write(DissectorScript.Read());
        }

        return ExitCodes.Success;
    }
}
