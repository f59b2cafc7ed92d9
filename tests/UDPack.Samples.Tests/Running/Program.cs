using System.Diagnostics;

namespace UDPack.Samples.Tests.Running;

/// <summary>A built program of the repository, running as a process of its own. Every wait fails after a generous time, with all that the program wrote.</summary>
internal sealed class Program : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _name;
    private readonly Process _process;
    private readonly Lines _output = new();
    private readonly Lines _error = new();
    private readonly Task _pumps;

    private Program(string name, Process process)
    {
        _name = name;
        _process = process;
        _pumps = Task.WhenAll(_output.PumpAsync(process.StandardOutput), _error.PumpAsync(process.StandardError));
    }

    public IReadOnlyList<string> Output => _output.All;

    public IReadOnlyList<string> Error => _error.All;

    /// <param name="project">The project's folder, from the repository's root.</param>
    /// <param name="folder">The program's current directory.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="environment">Environment variables to add.</param>
    /// <param name="under">A command that runs the one that follows it in its own place.</param>
    public static Program Start(
        string project, string folder, IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>>? environment = null, params string[] under)
    {
        string[] command = [.. under, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Repository.Assembly(project), .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Only what the test says decides.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new Program(Path.GetFileName(project), Process.Start(start)!);
    }

    public Task<string> OutputAsync(string text, int skip = 0) => WaitAsync($"output '{text}'", token => _output.WaitForAsync(text, skip, token));

    public Task<string> ErrorAsync(string text) => WaitAsync($"error '{text}'", token => _error.WaitForAsync(text, 0, token));

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void EndInput() => _process.StandardInput.Close();

    public Task<int> ExitAsync() => WaitAsync("its end", async token =>
    {
        await _process.WaitForExitAsync(token);
        await _pumps.WaitAsync(token);
        return _process.ExitCode;
    });

    /// <summary>SIGTERM, as service managers send it.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>SIGKILL: no chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("Udpack__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Echo__", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_ENVIRONMENT" or "ASPNETCORE_ENVIRONMENT";

    private async Task<T> WaitAsync<T>(string what, Func<CancellationToken, Task<T>> wait)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            return await wait(timeout.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            throw new InvalidOperationException(
                $"Waiting for {what} of {_name}: {exception.Message}\noutput:\n{string.Join('\n', Output)}\nerror:\n{string.Join('\n', Error)}", exception);
        }
    }
}
