using System.Net;
using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Clients;

internal sealed partial class ClientConnection
{
    [LoggerMessage(2100, LogLevel.Information, "Client '{Client}' is connected to udp://{Server}, session {SessionId:x8}, {Algorithm}")]
    private partial void LogConnected(string client, IPEndPoint server, uint sessionId, CipherAlgorithm algorithm);

    [LoggerMessage(2101, LogLevel.Warning, "Client '{Client}' could not connect, it tries again in {Delay}: {Reason}")]
    private partial void LogConnectFailed(string client, TimeSpan delay, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "Client '{Client}' lost session {SessionId:x8}, it connects again in {Delay}: {Reason}")]
    private partial void LogSessionLost(string client, uint sessionId, TimeSpan delay, string reason);

    [LoggerMessage(2103, LogLevel.Error, "Client '{Client}' has given up after {Retries} retries: {Reason}")]
    private partial void LogGaveUp(string client, long retries, string reason);

    [LoggerMessage(2104, LogLevel.Information, "Client '{Client}' is closed")]
    private partial void LogClosed(string client);

    [LoggerMessage(2105, LogLevel.Error, "A handler of StateChanged of client '{Client}' failed at {State}")]
    private partial void LogHandlerFailed(Exception exception, string client, UdpackConnectionState state);

    [LoggerMessage(2106, LogLevel.Error, "The reconnect policy of client '{Client}' failed, the delay of the settings is used")]
    private partial void LogPolicyFailed(Exception exception, string client);

    [LoggerMessage(2107, LogLevel.Error, "Client '{Client}' failed, it is closed")]
    private partial void LogDriverFailed(Exception exception, string client);
}
