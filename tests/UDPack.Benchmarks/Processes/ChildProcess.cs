using System.Diagnostics;
using System.Globalization;

namespace UDPack.Benchmarks.Processes;

/// <summary>This program once more in another role. It takes one command per line and answers each with one line.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>What the child said when it was ready.</summary>
    public string[] Greeting { get; private set; } = [];

    public static ChildProcess Start(int core, params string[] arguments)
    {
        // Started by "dotnet x.dll" the host comes first; started by its own executable it does not.
        var host = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(host) == "dotnet";
        var start = new ProcessStartInfo(host)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { },
        };
        if (isHost)
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var child = new ChildProcess(Cores.StartOn(core, () => Process.Start(start)!));
        child.Greeting = child.ReadLine();
        return child;
    }

    /// <summary>Has a command done and returns the numbers it answered with.</summary>
    public long[] Ask(string command)
    {
        Send(command);
        return Answer();
    }

    public void Send(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    public long[] Answer() => [.. ReadLine().Select(part => long.Parse(part, CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        // The end of its input ends the child.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private string[] ReadLine()
    {
        var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("A child process died; its error is above.");
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
