using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Clients;

internal sealed partial class ClientSettingsSource
{
    [LoggerMessage(2110, LogLevel.Information, "Configuration changed, used from the next connect on: {Keys}")]
    private partial void LogReloaded(string keys);

    [LoggerMessage(2111, LogLevel.Error, "Changed configuration ignored, the client's settings stay as they were: {Problem}")]
    private partial void LogReloadRefused(string problem);

    [LoggerMessage(2112, LogLevel.Error, "Changed configuration of {Path} could not be read or passed on")]
    private partial void LogReloadFailed(Exception exception, string path);
}
