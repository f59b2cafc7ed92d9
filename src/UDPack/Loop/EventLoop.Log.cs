using Microsoft.Extensions.Logging;

namespace UDPack.Loop;

internal sealed partial class EventLoop
{
    [LoggerMessage(1000, LogLevel.Critical, "Event loop {Name} died; its sessions are lost")]
    private partial void LogDied(Exception exception, string name);
}
