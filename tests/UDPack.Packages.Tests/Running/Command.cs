using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace UDPack.Packages.Tests.Running;

/// <summary>A program that runs to its end, or until a test ends it. Every wait fails after a generous time, with all that it wrote.</summary>
internal sealed class Command : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _line;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Channel<string> _unread = Channel.CreateUnbounded<string>();
    private int _open = 2;

    private Command(string file, string folder, IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(file, args)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test run's own settings of MSBuild and of the test host are not for the programs it starts.
        foreach (var name in start.Environment.Keys.Where(IsInherited).ToList())
        {
            start.Environment.Remove(name);
        }

        // No build process stays behind: it would keep the output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["NuGetAudit"] = "false";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _line = $"{Path.GetFileName(file)} {string.Join(' ', start.ArgumentList)}";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private static string DotnetPath => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private string Output => string.Join('\n', _output);

    public static Command Start(string file, string folder, IEnumerable<string> args, params IEnumerable<KeyValuePair<string, string>> environment) =>
        new(file, folder, args, environment);

    public static Command StartDotnet(string folder, IEnumerable<string> args, params IEnumerable<KeyValuePair<string, string>> environment) =>
        new(DotnetPath, folder, args, environment);

    /// <summary>Runs dotnet to its end, which must be a success.</summary>
    /// <returns>All that it wrote.</returns>
    public static async Task<string> DotnetAsync(string folder, params string[] args)
    {
        await using var command = StartDotnet(folder, args);
        return await command.SuccessAsync();
    }

    /// <summary>Whether dotnet succeeds; for what a machine may not have. Tests are not discovered asynchronously, so this waits.</summary>
    public static bool DotnetSucceeds(string folder, params string[] args)
    {
        var command = StartDotnet(folder, args);
        try
        {
            return command._process.WaitForExit(Patience) && command._process.ExitCode == 0;
        }
        finally
        {
            command.End();
        }
    }

    /// <summary>The exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_line} did not end:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Runs to its end, which must be a success.</summary>
    /// <returns>All that it wrote.</returns>
    public async Task<string> SuccessAsync()
    {
        var exitCode = await ExitAsync();
        Assert.True(exitCode == 0, $"{_line} exited with {exitCode}:\n{Output}");
        return Output;
    }

    /// <summary>The rest of the next line that contains the text.</summary>
    public async Task<string> AfterAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        await foreach (var line in _unread.Reader.ReadAllAsync(timeout.Token))
        {
            var at = line.IndexOf(text, StringComparison.Ordinal);
            if (at >= 0)
            {
                return line[(at + text.Length)..];
            }
        }

        throw new InvalidOperationException($"{_line} ended without '{text}':\n{Output}");
    }

    /// <summary>SIGTERM, as service managers send it.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private static bool IsInherited(string name) =>
        name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Udpack__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Tokens__", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_ENVIRONMENT" or "ASPNETCORE_ENVIRONMENT";

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _output.Enqueue(text);
            _unread.Writer.TryWrite(text);
        }
        else if (Interlocked.Decrement(ref _open) == 0)
        {
            _unread.Writer.Complete();
        }
    }

    private void End()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
