using System.Diagnostics;
using System.Globalization;

namespace UDPack.Benchmarks.Processes;

/// <summary>This program once more in another role. It takes one command per line and answers each with one line.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>What the child said when it was ready.</summary>
    public string[] Greeting { get; private set; } = [];

    /// <summary>CPU time of all its threads, in user and kernel mode.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static ChildProcess Start(int core, params string[] arguments) => StartUnder([], core, arguments);

    /// <summary>Starts the child by a command that becomes it, such as one that enters a network namespace first.</summary>
    public static ChildProcess StartUnder(IReadOnlyList<string> launcher, int core, params string[] arguments)
    {
        // Started by "dotnet x.dll" the host comes first; started by its own executable it does not.
        var host = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(host) == "dotnet";
        string[] line = [.. launcher, host, .. isHost ? [typeof(ChildProcess).Assembly.Location] : Array.Empty<string>(), .. arguments];
        var start = new ProcessStartInfo(line[0]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in line.Skip(1))
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
        var reading = _process.StandardOutput.ReadLineAsync();
        if (!reading.Wait(LongestAnswer))
        {
            throw new TimeoutException($"A child process did not answer within {LongestAnswer.TotalMinutes} minutes.");
        }

        var line = reading.Result ?? throw new InvalidOperationException("A child process died; its error is above.");
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
