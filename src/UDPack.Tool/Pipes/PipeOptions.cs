using System.CommandLine;
using UDPack.Tool.Output;

namespace UDPack.Tool.Pipes;

/// <summary>The options of both ends of a pipe.</summary>
internal sealed class PipeOptions
{
    private readonly Option<bool> _noInput = new("--no-input") { Description = "Send nothing, and do not read standard input." };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Tell of the session on standard error." };
    private readonly Option<bool> _json = new("--json") { Description = "Tell of the session with a JSON object a line, on standard error." };

    public void AddTo(Command command)
    {
        command.Options.Add(_noInput);
        command.Options.Add(_verbose);
        command.Options.Add(_json);
    }

    /// <summary>Standard input and output, as bytes.</summary>
    public PipeEnd Read(ParseResult parsed, bool withoutInput = false)
    {
        var error = parsed.InvocationConfiguration.Error;
        var isJson = parsed.GetValue(_json);
        return new PipeEnd
        {
            Input = withoutInput || parsed.GetValue(_noInput) ? null : Console.OpenStandardInput(),
            Output = Console.OpenStandardOutput(),
            Log = PipeLog.To(error, isJson, parsed.GetValue(_verbose)),

            // Not into what is typed or read at the terminal.
            Progress = !isJson && Terminal.IsTerminal(error) && Console.IsInputRedirected && Console.IsOutputRedirected ? error : null,
        };
    }
}
