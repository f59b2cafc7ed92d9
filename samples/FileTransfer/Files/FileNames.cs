using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FileTransfer.Files;

/// <summary>
/// Which names files may have: one folder, no way out of it, nothing hidden, and nothing that another system understands differently. The rule is the same on
/// all systems, so that a file can move from one to the other.
/// </summary>
internal static class FileNames
{
    // With what a partial file's name adds, below the 255 bytes that file systems take.
    private const int MaxBytes = 200;

    private static readonly HashSet<string> Devices = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" }),
        ],
        StringComparer.OrdinalIgnoreCase);

    public static bool IsValid([NotNullWhen(true)] string? name) => FindProblem(name) is null;

    /// <summary>What is wrong with the name; null if nothing is.</summary>
    public static string? FindProblem(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "a file needs a name";
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            return $"a file's name has at most {MaxBytes} bytes";
        }

        if (name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|'))
        {
            return "a file's name has no path and none of \\ / : * ? \" < > |";
        }

        if (name[0] == '.' || name[^1] is '.' or ' ' || name[0] == ' ')
        {
            return "a file's name does not begin with a dot or blank, or end with one";
        }

        if (name.EndsWith(PartFile.Extension, StringComparison.OrdinalIgnoreCase))
        {
            return $"{PartFile.Extension} is for files that are not complete";
        }

        return Devices.Contains(name.Split('.')[0].TrimEnd()) ? "that is the name of a device on Windows" : null;
    }
}
