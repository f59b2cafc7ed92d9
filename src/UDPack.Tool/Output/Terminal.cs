using Spectre.Console;

namespace UDPack.Tool.Output;

/// <summary>Writers as Spectre.Console sees them: colours on a terminal, plain lines of any length everywhere else.</summary>
internal static class Terminal
{
    private const int AnyWidth = 100_000;

    /// <summary>Whether it is the terminal and the user wants colour (see no-color.org).</summary>
    public static bool IsRich(TextWriter writer) =>
        IsTerminal(writer) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether lines may be written over.</summary>
    public static bool IsTerminal(TextWriter writer) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected) || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected);

    public static IAnsiConsole Open(TextWriter writer)
    {
        var isRich = IsRich(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRich ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isRich ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isRich ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isRich)
        {
            console.Profile.Width = AnyWidth;
        }

        return console;
    }

    /// <summary>Whether tables may have lines and colours.</summary>
    public static bool IsRich(this IAnsiConsole console) => console.Profile.Capabilities.Ansi;
}
