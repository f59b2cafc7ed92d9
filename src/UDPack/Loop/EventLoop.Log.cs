using Microsoft.Extensions.Logging;

namespace UDPack.Loop;

internal sealed partial class EventLoop
{
    [LoggerMessage(1000, LogLevel.Critical, "Event loop {Name} died; its sessions are lost")]
    private partial void LogDied(Exception exception, string name);

    [LoggerMessage(1005, LogLevel.Critical, "Event loop {Name} does not end {Waited} after it was stopped; its thread and its socket are left behind")]
    private partial void LogHangs(string name, TimeSpan waited);

    [LoggerMessage(1006, LogLevel.Critical, "Event loop {Name} has not ended a session {Waited} after it was due; what waited for its sessions is answered without it")]
    private partial void LogLate(string name, TimeSpan waited);
}
