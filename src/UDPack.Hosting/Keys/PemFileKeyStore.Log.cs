using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Keys;

internal sealed partial class PemFileKeyStore
{
    [LoggerMessage(2030, LogLevel.Information, "Loaded server keys ({Count}), the active one is {KeyId}")]
    private partial void LogLoaded(int count, string keyId);

    [LoggerMessage(2031, LogLevel.Information, "Server keys changed, now {Count}, the active one is {KeyId}")]
    private partial void LogRotated(int count, string keyId);

    [LoggerMessage(2032, LogLevel.Error, "Changed server keys refused, the keys stay as they were: {Problem}")]
    private partial void LogReloadRefused(string problem);

    [LoggerMessage(2033, LogLevel.Error, "Changed configuration of {Path} could not be read, the keys stay as they were")]
    private partial void LogReloadFailed(Exception exception, string path);

    [LoggerMessage(2034, LogLevel.Warning, "The key file {File} can be read or written by users other than its owner. Restrict it: chmod 600")]
    private partial void LogFileIsOpen(string file);
}
