using System.Diagnostics;
using UDPack.Finding;

namespace UDPack.Tool.Tests.Dissector;

/// <summary>Programs that may be on this machine.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static string? TShark { get; } = Executables.Find("tshark");

    public static IReadOnlyList<string> Luas { get; } = [.. ((string[])["lua", "lua5.2", "lua5.3", "lua5.4"]).Select(static name => Executables.Find(name)).OfType<string>()];

    /// <summary>Runs a program to its end and returns what it wrote to both streams.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string program, IEnumerable<string> args, string? home = null)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (home is not null)
        {
            // No preferences and no plugins of whoever runs the tests.
            start.Environment["HOME"] = home;
            start.Environment["XDG_CONFIG_HOME"] = Path.Combine(home, ".config");
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}

/// <summary>A test that needs tshark.</summary>
internal sealed class TSharkFactAttribute : FactAttribute
{
    public TSharkFactAttribute() => Skip = Programs.TShark is null ? "needs tshark" : null;
}

/// <summary>A test that needs tshark, with data.</summary>
internal sealed class TSharkTheoryAttribute : TheoryAttribute
{
    public TSharkTheoryAttribute() => Skip = Programs.TShark is null ? "needs tshark" : null;
}

/// <summary>A test that needs a Lua interpreter.</summary>
internal sealed class LuaFactAttribute : FactAttribute
{
    public LuaFactAttribute() => Skip = Programs.Luas.Count == 0 ? "needs lua" : null;
}
