using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UDPack.Hosting.KeyLogs;

/// <summary>
/// Opens key logs that the settings ask for: never without a warning, and outside the Development environment only if a second
/// setting says so too, since one may get into production by mistake.
/// </summary>
internal static partial class KeyLogSwitch
{
    /// <summary>Opens the log; null if none is asked for, or if there are problems, one's own among them.</summary>
    /// <param name="path">The section that has the settings.</param>
    /// <param name="file">The setting KeyLogFile.</param>
    /// <param name="isAllowed">The setting AllowKeyLog.</param>
    /// <param name="isServer">Whose secrets it gets.</param>
    /// <param name="basePath">What a relative file is relative to.</param>
    /// <param name="services">The application's; null outside a host, where no environment is known.</param>
    /// <param name="problems">What hinders the start.</param>
    public static UdpackKeyLog? Open(
        string path, string? file, bool isAllowed, bool isServer, string basePath, IServiceProvider? services, List<string> problems)
    {
        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        if (!isAllowed && services?.GetService<IHostEnvironment>()?.IsDevelopment() != true)
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
            var log = new UdpackKeyLog(full);
            var logger = services?.GetService<ILoggerFactory>()?.CreateLogger(typeof(UdpackKeyLog).FullName!) ?? NullLogger.Instance;
            if (isServer)
            {
                LogServerKeyLog(logger, $"{path}:KeyLogFile", full);
            }
            else
            {
                LogClientKeyLog(logger, $"{path}:KeyLogFile", full);
            }

            return log;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}:KeyLogFile: the file {full} cannot be written: {exception.Message}");
            return null;
        }
    }

    [LoggerMessage(2090, LogLevel.Warning, "{Setting} is on: the SECRETS OF ALL SESSIONS of this server are written to {File}. Whoever has it and a capture reads everything")]
    private static partial void LogServerKeyLog(ILogger logger, string setting, string file);

    [LoggerMessage(2190, LogLevel.Warning, "{Setting} is on: the SECRETS OF ALL SESSIONS of this client are written to {File}. Whoever has it and a capture reads everything")]
    private static partial void LogClientKeyLog(ILogger logger, string setting, string file);
}
