using System.Net;
using Microsoft.Extensions.Logging;

namespace UDPack.Diagnostics;

internal sealed partial class ListenerLog
{
    [LoggerMessage(1020, LogLevel.Debug, "Endpoint {Name}: session {SessionId:x8} of {User} at {Remote} began, {Algorithm}")]
    private partial void LogBegan(string name, uint sessionId, string user, IPEndPoint remote, CipherAlgorithm algorithm);

    [LoggerMessage(1021, LogLevel.Debug, "Endpoint {Name}: session {SessionId:x8} of {User} at {Remote} ended after {Seconds:0.0} s: {Cause}{More}")]
    private partial void LogEnded(string name, uint sessionId, string user, IPEndPoint remote, double seconds, SessionEndCause cause, string more);

    [LoggerMessage(1022, LogLevel.Information, "Endpoint {Name}: a client at {Remote} asks for the server key {KeyId}, which is not in the ring. Keys held: {Keys}. Give the client the public key of one of them, or add its key to the ring. {Unlogged} more were not logged")]
    private partial void LogUnknownKey(string name, IPEndPoint remote, string keyId, string keys, long unlogged);

    [LoggerMessage(1023, LogLevel.Information, "Endpoint {Name} is full: a client at {Remote} was refused, {Limit}. {Sessions} sessions live. {Unlogged} more refusals were not logged")]
    private partial void LogFull(string name, IPEndPoint remote, string limit, int sessions, long unlogged);

    [LoggerMessage(1024, LogLevel.Information, "Endpoint {Name}: session {SessionId:x8} of {User} moved from {Before} to {Remote} and was ended, {Limit}. {Unlogged} more were not logged")]
    private partial void LogMoveRefused(string name, uint sessionId, string user, IPEndPoint before, IPEndPoint remote, string limit, long unlogged);

    [LoggerMessage(1025, LogLevel.Information, "Endpoint {Name} drops handshakes of clients at {Remote}: {Cause}. {Unlogged} more were not logged")]
    private partial void LogShakehandDropped(string name, IPEndPoint remote, string cause, long unlogged);

    [LoggerMessage(1026, LogLevel.Debug, "Endpoint {Name}: {Began} sessions that began and {Ended} that ended were not logged, as at most {Most} a second of each are")]
    private partial void LogUnloggedSessions(string name, long began, long ended, int most);
}
