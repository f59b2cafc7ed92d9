using Microsoft.Extensions.Logging;

namespace UDPack;

public sealed partial class UdpackListener
{
    [LoggerMessage(1001, LogLevel.Debug, "Endpoint {Name} stops, open sessions: {Sessions}")]
    private partial void LogStopping(string name, int sessions);

    [LoggerMessage(1003, LogLevel.Debug, "Endpoint {Name} stopped; {Sessions} sessions were ended before they had finished")]
    private partial void LogStopped(string name, int sessions);

    [LoggerMessage(1002, LogLevel.Warning, "Endpoint {Name}: a session was aborted because nobody accepts sessions and {Waiting} wait already")]
    private partial void LogNotAccepted(string name, int waiting);
}
