using System.Diagnostics;

namespace UDPack.Tool.Tests.Netlab;

/// <summary>A program that runs to its end, and what it wrote.</summary>
internal sealed class Output : IDisposable
{
    private readonly Process _process;

    private Output(Process process) => _process = process;

    public int ExitCode => _process.ExitCode;

    public static Output Of(string command, params IEnumerable<string> arguments) =>
        new(Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!);

    public string ReadToEnd()
    {
        var text = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return text;
    }

    public void Dispose() => _process.Dispose();
}
