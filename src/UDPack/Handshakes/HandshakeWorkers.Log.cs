using System.Net;
using Microsoft.Extensions.Logging;

namespace UDPack.Handshakes;

internal sealed partial class HandshakeWorkers
{
    [LoggerMessage(1010, LogLevel.Information, "Endpoint {Name}: token from {Remote} refused: {Reason}")]
    private partial void LogTokenRefused(string name, IPEndPoint remote, string reason);

    [LoggerMessage(1011, LogLevel.Warning, "Endpoint {Name}: the token validator gave no verdict within {Timeout}; the handshake failed")]
    private partial void LogValidatorTimeout(string name, TimeSpan timeout);

    [LoggerMessage(1012, LogLevel.Error, "Endpoint {Name}: a handshake failed because the token validator or the key store threw")]
    private partial void LogHandshakeFailed(Exception exception, string name);
}
