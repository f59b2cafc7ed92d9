using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Diagnostics;

internal sealed partial class ServerMetrics
{
    [LoggerMessage(2060, LogLevel.Error, "A listener of the meter UDPack.Server threw; it is called again, but further exceptions are not logged")]
    private partial void LogListenerThrew(Exception exception);
}
