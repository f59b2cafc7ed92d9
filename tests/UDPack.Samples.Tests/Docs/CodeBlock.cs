namespace UDPack.Samples.Tests.Docs;

/// <summary>One fenced block of a document.</summary>
/// <param name="Document">The document's path from the root.</param>
/// <param name="Line">The line of its first line of text, from 1.</param>
/// <param name="Info">What the opening fence says, such as "csharp complete".</param>
/// <param name="Text">The lines between the fences.</param>
/// <param name="Wrapper">What the comment before the block says after "compile:", or null.</param>
/// <param name="Project">What the comment before the block says after "project:", or null.</param>
/// <param name="Fault">Why the block cannot be read as one, or null.</param>
internal sealed record CodeBlock(string Document, int Line, string Info, string Text, string? Wrapper, string? Project, string? Fault)
{
    public const string CompleteInfo = "csharp complete";

    public string Place => $"{Document}:{Line}";

    public bool IsComplete => Info == CompleteInfo;

    /// <summary>Whether it is C#, whatever its fence says.</summary>
    public bool IsCSharp => IsCSharpInfo(Info) || (Info is "" or "text" && LooksLikeCSharp(Text));

    private static bool IsCSharpInfo(string info) =>
        info.Split(' ', 2)[0].ToUpperInvariant() is "CSHARP" or "CS" or "C#" or "CSX";

    // A block without a language would escape the compiler; statements give it away.
    private static bool LooksLikeCSharp(string text) =>
        text.Split('\n').Any(line => line.TrimEnd() is [.., ';'] and not ['#', ..] || line.TrimEnd().EndsWith("=>", StringComparison.Ordinal));
}
