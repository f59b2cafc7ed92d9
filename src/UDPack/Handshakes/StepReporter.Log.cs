using Microsoft.Extensions.Logging;

namespace UDPack.Handshakes;

internal sealed partial class StepReporter
{
    [LoggerMessage(1013, LogLevel.Error, "HandshakeProgress threw; it is called again, but further exceptions are not logged")]
    private static partial void LogObserverThrew(ILogger logger, Exception exception);
}
