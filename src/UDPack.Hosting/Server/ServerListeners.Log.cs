using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Server;

internal sealed partial class ServerListeners
{
    [LoggerMessage(2010, LogLevel.Critical, "The endpoint '{Endpoint}' cannot listen, the server does not start: {Reason}")]
    private partial void LogBindFailed(string endpoint, string reason);

    [LoggerMessage(2011, LogLevel.Error, "The endpoint '{Endpoint}' failed to close")]
    private partial void LogDisposeFailed(Exception exception, string endpoint);
}
