using System.Diagnostics;
using System.Net;
using UDPack.Finding;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>curl, through a SOCKS proxy that also looks names up.</summary>
internal sealed class Curl : IDisposable
{
    /// <summary>curl's exit code for a proxy that refuses.</summary>
    public const int ProxyFailed = 97;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private Curl(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public static bool IsThere { get; } = Executables.Find("curl") is not null;

    public bool IsRunning => !_process.HasExited;

    public static Curl Start(IPEndPoint proxy, params IEnumerable<string> args) => new(Process.Start(
        new ProcessStartInfo("curl", ["-q", "-sS", "--max-time", "90", "--noproxy", "", "--socks5-hostname", $"{proxy}", .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(IPEndPoint proxy, params IEnumerable<string> args)
    {
        using var curl = Start(proxy, args);
        return await curl.EndAsync();
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        var output = await _output;
        var error = await _error;
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, error);
    }

    public void Dispose()
    {
        if (IsRunning)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
