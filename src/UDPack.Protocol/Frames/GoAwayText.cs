using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace UDPack.Protocol.Frames;

/// <summary>A goaway's text: short, and harmless in logs and terminals whoever wrote it.</summary>
internal static class GoAwayText
{
    /// <summary>As UTF-8.</summary>
    public const int MaxBytes = 128;

    /// <summary>One line of at most <see cref="MaxBytes"/>; null if nothing is left. What is invalid becomes U+FFFD, what does not print a space.</summary>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var clean = new StringBuilder(Math.Min(text.Length, MaxBytes));
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var printed = Prints(rune) ? rune : new Rune(' ');
            bytes += printed.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                break;
            }

            clean.Append(printed.ToString());
        }

        var trimmed = clean.ToString().Trim();
        return trimmed.Length == 0 ? null : trimmed;
    }

    /// <summary>The text of a frame that came from a peer, who may have written anything.</summary>
    public static string? Read(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? null : Clean(Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxBytes)]));

    /// <summary>Writes what fits, whole characters only, and returns its length.</summary>
    public static int Write(Span<byte> destination, string? text)
    {
        Utf8.FromUtf16(text, destination[..MaxBytes], out _, out var written);
        return written;
    }

    // Line breaks forge log entries, escape sequences colour terminals, and marks of direction turn text around.
    private static bool Prints(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
