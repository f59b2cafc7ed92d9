using System.Diagnostics;
using System.Globalization;

namespace UDPack.Tool.Tests.Running;

/// <summary>The command as a process.</summary>
internal sealed class ToolProcess(Process process)
{
    public StreamWriter Input => process.StandardInput;

    public StreamReader Output => process.StandardOutput;

    public StreamReader Error => process.StandardError;

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(ToolFolder.Patience);
        return process.ExitCode;
    }

    /// <summary>The next line that has this text.</summary>
    public static async Task<string> LineAsync(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync().WaitAsync(ToolFolder.Patience) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException($"No line had '{text}'.");
    }

    /// <summary>What Ctrl-C does.</summary>
    public async Task InterruptAsync()
    {
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{(IsInterruptIgnored() ? "TERM" : "INT")} {id}"]);
        await kill.WaitForExitAsync().WaitAsync(ToolFolder.Patience);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Shells start what runs in the background so, and children inherit it; the tool treats both signals alike.</summary>
    private static bool IsInterruptIgnored()
    {
        const string Status = "/proc/self/status";
        const string Name = "SigIgn:";
        const ulong Interrupt = 1 << 1;
        return File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line.AsSpan(Name.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }
}
