using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UDPack.Hosting.KeyLogs;

/// <summary>
/// The key logs that the settings ask for: each opened once, never without a warning, and outside the Development environment
/// only if a second setting says so too, since one may get into production by mistake. Closed with the host.
/// </summary>
internal sealed partial class KeyLogFiles(IHostEnvironment? environment = null, ILogger<UdpackKeyLog>? logger = null) : IDisposable
{
    private readonly Dictionary<(bool IsServer, string File), UdpackKeyLog> _open = new();
    private readonly Lock _opening = new();
    private readonly ILogger _logger = logger ?? (ILogger)NullLogger.Instance;

    /// <summary>Opens a log; null if none is asked for, or if there are problems, one's own among them.</summary>
    /// <param name="path">The section that has the settings.</param>
    /// <param name="file">The setting KeyLogFile.</param>
    /// <param name="isAllowed">The setting AllowKeyLog.</param>
    /// <param name="isServer">Whose secrets it gets.</param>
    /// <param name="basePath">What a relative file is relative to.</param>
    /// <param name="problems">What hinders the start.</param>
    public UdpackKeyLog? Open(string path, string? file, bool isAllowed, bool isServer, string basePath, List<string> problems)
    {
        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        if (!isAllowed && environment?.IsDevelopment() != true)
        {
            problems.Add(
                $"{path}:KeyLogFile is set: it would have the secrets of all sessions written to a file, and this is not the Development environment. Remove it, or set {path}:AllowKeyLog to true if you mean it.");
        }

        if (problems.Count > 0)
        {
            return null;
        }

        var full = Path.GetFullPath(file, Path.GetFullPath(basePath));
        try
        {
            return Open($"{path}:KeyLogFile", full, isServer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}:KeyLogFile: the file {full} cannot be written: {exception.Message}");
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var log in _open.Values)
        {
            log.Dispose();
        }
    }

    private UdpackKeyLog Open(string setting, string file, bool isServer)
    {
        lock (_opening)
        {
            if (_open.TryGetValue((isServer, file), out var open))
            {
                return open;
            }

            var log = new UdpackKeyLog(file);
            _open.Add((isServer, file), log);
            if (isServer)
            {
                LogServerKeyLog(_logger, setting, file);
                log.Failed += exception => LogServerKeyLogFailed(_logger, exception, file);
            }
            else
            {
                LogClientKeyLog(_logger, setting, file);
                log.Failed += exception => LogClientKeyLogFailed(_logger, exception, file);
            }

            return log;
        }
    }

    [LoggerMessage(2090, LogLevel.Warning, "{Setting} is on: the SECRETS OF ALL SESSIONS of this server are written to {File}. Whoever has it and a capture reads everything")]
    private static partial void LogServerKeyLog(ILogger logger, string setting, string file);

    [LoggerMessage(2091, LogLevel.Error, "The key log {File} could not be written and has ended. Sessions go on; those that begin from now on cannot be decrypted with it")]
    private static partial void LogServerKeyLogFailed(ILogger logger, Exception exception, string file);

    [LoggerMessage(2190, LogLevel.Warning, "{Setting} is on: the SECRETS OF ALL SESSIONS of this client are written to {File}. Whoever has it and a capture reads everything")]
    private static partial void LogClientKeyLog(ILogger logger, string setting, string file);

    [LoggerMessage(2191, LogLevel.Error, "The key log {File} could not be written and has ended. Sessions go on; those that begin from now on cannot be decrypted with it")]
    private static partial void LogClientKeyLogFailed(ILogger logger, Exception exception, string file);
}
