using System.CommandLine;
using System.CommandLine.Invocation;

namespace UDPack.Tool.Help;

/// <summary>The usual help, and a section of examples after it.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    // As the usual help: who asks for help need not get the rest right.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ToolCommand command)
        {
            Write(command, parseResult.InvocationConfiguration.Output);
        }

        return code;
    }

    private static void Write(ToolCommand command, TextWriter output)
    {
        WriteText(command.Details, output);
        if (command.Examples.Count > 0)
        {
            WriteText($"Examples:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", command.Examples)}", output);
        }

        WriteText(command.Notes, output);
    }

    private static void WriteText(string? text, TextWriter output)
    {
        if (text is not null)
        {
            output.WriteLine(text);
            output.WriteLine();
        }
    }
}
