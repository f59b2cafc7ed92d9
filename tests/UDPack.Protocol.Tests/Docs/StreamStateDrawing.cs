using System.Text;
using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Tests.Docs;

/// <summary>Draws the states of streams from the table that the code follows.</summary>
internal static class StreamStateDrawing
{
    public const string Begin = "<!-- stream states: drawn from the code -->";
    public const string End = "<!-- end of stream states -->";

    public static string Draw()
    {
        var text = new StringBuilder().Append(Begin).Append("\n```mermaid\nstateDiagram-v2\n");
        Append(text, "this side's direction", SendState.Sending, StreamTransitions.Sending.Select(static row => (row.From, $"{row.What}", row.To)));
        Append(text, "the peer's direction", ReceiveState.Receiving, StreamTransitions.Receiving.Select(static row => (row.From, $"{row.What}", row.To)));
        return text.Append("```\n").Append(End).ToString();
    }

    private static void Append<T>(StringBuilder text, string title, T first, IEnumerable<(T From, string What, T To)> rows)
        where T : struct, Enum
    {
        var prefix = typeof(T).Name[..1];
        text.Append($"  state \"{title}\" as {typeof(T).Name} {{\n");
        foreach (var state in Enum.GetValues<T>())
        {
            text.Append($"    state \"{Words(state.ToString())}\" as {prefix}{state}\n");
        }

        text.Append($"    [*] --> {prefix}{first}\n");
        foreach (var (from, what, to) in rows)
        {
            text.Append($"    {prefix}{from} --> {prefix}{to}: {Words(what)}\n");
        }

        text.Append("  }\n");
    }

    /// <summary>EndSent is end sent.</summary>
    private static string Words(string name) =>
        string.Concat(name.Select(static (letter, i) => char.IsUpper(letter) ? (i > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
