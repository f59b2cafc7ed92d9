using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Server;

internal sealed partial class UdpackServerService
{
    [LoggerMessage(2000, LogLevel.Information, "listening on {Address}")]
    private partial void LogListening(string address);

    [LoggerMessage(2001, LogLevel.Information, "Stopping: open sessions ({Sessions}) have {DrainTimeout} to finish")]
    private partial void LogDraining(int sessions, string drainTimeout);

    [LoggerMessage(2002, LogLevel.Warning, "Stopped while handlers of {Sessions} sessions were still running")]
    private partial void LogHandlersLeft(int sessions);

    [LoggerMessage(2004, LogLevel.Information, "Stopped after {Seconds:0.0} s")]
    private partial void LogStopped(double seconds);

    [LoggerMessage(2003, LogLevel.Critical, "The endpoint '{Endpoint}' died, the server stops")]
    private partial void LogEndpointDied(Exception exception, string endpoint);
}
