namespace Chat.Messages;

/// <summary>What names and texts may be.</summary>
internal static class ChatText
{
    public const int MaxNameLength = 32;

    public const int MaxLength = 2000;

    public const int MaxReasonLength = 100;

    public const string NameRule = "1 to 32 letters, digits, '-' or '_'";

    /// <summary>Whether it may be the name of a person or a group.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Others see the text on their terminals, which obey control characters.</summary>
    public static string Clean(string text, int maxLength = MaxLength) =>
        string.Create(Math.Min(text.Length, maxLength), text, static (clean, original) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsControl(original[i]) ? ' ' : original[i];
            }
        });
}
