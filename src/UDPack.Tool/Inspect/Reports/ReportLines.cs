using Spectre.Console;

namespace UDPack.Tool.Inspect.Reports;

/// <summary>Lines of text: coloured on a terminal, plain and of any length elsewhere.</summary>
internal sealed class ReportLines
{
    private readonly TextWriter _output;
    private readonly IAnsiConsole? _terminal;

    public ReportLines(TextWriter output)
    {
        _output = output;
        if (output == Console.Out && !Console.IsOutputRedirected)
        {
            _terminal = AnsiConsole.Console;
        }
    }

    public void Write(params ReadOnlySpan<(string Text, Style Style)> parts)
    {
        if (_terminal is null)
        {
            foreach (var (text, _) in parts)
            {
                _output.Write(text);
            }

            _output.WriteLine();
            return;
        }

        var paragraph = new Paragraph();
        foreach (var (text, style) in parts)
        {
            paragraph.Append(text, style);
        }

        _terminal.Write(paragraph);
        _terminal.WriteLine();
    }
}
