using System.CommandLine;

namespace UDPack.Tool.Help;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class ToolCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines that work as they stand.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>More than the one line of the description; before the examples.</summary>
    public string? Details { get; init; }

    /// <summary>What else belongs to the help, after the examples.</summary>
    public string? Notes { get; init; }
}
