using System.Net;
using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Clients;

internal sealed partial class ClientConnection
{
    [LoggerMessage(2100, LogLevel.Information, "Client '{Client}' is connected to udp://{Server}, session {SessionId:x8}, {Algorithm}")]
    private partial void LogConnected(string client, IPEndPoint server, uint sessionId, CipherAlgorithm algorithm);

    [LoggerMessage(2101, LogLevel.Warning, "Client '{Client}' could not connect, it tries again {Delay}: {Reason}")]
    private partial void LogConnectFailed(string client, string delay, string reason);

    [LoggerMessage(2113, LogLevel.Debug, "Client '{Client}' could not connect for the same reason, it tries again {Delay}: {Reason}")]
    private partial void LogConnectFailedAgain(string client, string delay, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "Client '{Client}' lost session {SessionId:x8}, it connects again {Delay}: {Reason}")]
    private partial void LogSessionLost(string client, uint sessionId, string delay, string reason);

    [LoggerMessage(2114, LogLevel.Information, "The server ended session {SessionId:x8} of client '{Client}', it connects again {Delay}: {Reason}")]
    private partial void LogSessionEnded(string client, uint sessionId, string delay, string reason);

    [LoggerMessage(2103, LogLevel.Error, "Client '{Client}' has given up after {Retries} retries: {Reason}")]
    private partial void LogGaveUp(string client, long retries, string reason);

    [LoggerMessage(2104, LogLevel.Information, "Client '{Client}' is closed")]
    private partial void LogClosed(string client);

    [LoggerMessage(2105, LogLevel.Error, "A handler of StateChanged of client '{Client}' failed at {State}")]
    private partial void LogHandlerFailed(Exception exception, string client, UdpackConnectionState state);

    [LoggerMessage(2106, LogLevel.Error, "The reconnect policy of client '{Client}' failed, the delay of the settings is used")]
    private partial void LogPolicyFailed(Exception exception, string client);

    [LoggerMessage(2108, LogLevel.Warning, "Client '{Client}' has no session with udp://{Server} yet, it goes on trying. {Explanation}")]
    private partial void LogTrouble(string client, IPEndPoint server, string explanation);

    [LoggerMessage(2109, LogLevel.Error, "A session hook of client '{Client}' failed, session {SessionId:x8} was ended")]
    private partial void LogHookFailed(Exception exception, string client, uint sessionId);

    [LoggerMessage(2115, LogLevel.Warning, "Client '{Client}' has heard nothing from the server for {Silence}, session {SessionId:x8} goes on for now")]
    private partial void LogUnresponsive(string client, string silence, uint sessionId);

    [LoggerMessage(2116, LogLevel.Information, "Client '{Client}' hears the server again, session {SessionId:x8}")]
    private partial void LogHeardAgain(string client, uint sessionId);

    [LoggerMessage(2117, LogLevel.Information, "Client '{Client}' is connected again to udp://{Server} after {Outage}, session {SessionId:x8}, {Algorithm}")]
    private partial void LogReconnected(string client, IPEndPoint server, string outage, uint sessionId, CipherAlgorithm algorithm);

    [LoggerMessage(2107, LogLevel.Error, "Client '{Client}' failed, it is closed")]
    private partial void LogDriverFailed(Exception exception, string client);
}
