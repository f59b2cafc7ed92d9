using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Configuration;

internal sealed partial class ServerSettings
{
    [LoggerMessage(2050, LogLevel.Information, "Configuration changed: {Keys}")]
    private partial void LogReloaded(string keys);

    [LoggerMessage(2051, LogLevel.Warning, "These changed settings take effect with the next start: {Keys}")]
    private partial void LogNeedsRestart(string keys);

    [LoggerMessage(2052, LogLevel.Error, "Changed configuration refused, the settings stay as they were: {Problem}")]
    private partial void LogReloadRefused(string problem);

    [LoggerMessage(2053, LogLevel.Error, "Changed configuration of {Path} could not be read, the settings stay as they were")]
    private partial void LogReloadFailed(Exception exception, string path);
}
