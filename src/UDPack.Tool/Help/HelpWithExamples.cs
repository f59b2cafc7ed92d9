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
        if (command.Examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        if (command.Notes is { } notes)
        {
            output.WriteLine(notes);
            output.WriteLine();
        }
    }
}
