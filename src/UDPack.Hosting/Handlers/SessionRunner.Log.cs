using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Handlers;

internal sealed partial class SessionRunner
{
    [LoggerMessage(2040, LogLevel.Error, "{Handler} failed, its session {SessionId:x8} was ended")]
    private partial void LogHandlerFailed(Exception exception, string handler, uint sessionId);

    [LoggerMessage(2042, LogLevel.Error, "{Handler} failed on stream {StreamId} of session {SessionId:x8}, the stream was aborted")]
    private partial void LogStreamFailed(Exception exception, string handler, uint streamId, uint sessionId);

    [LoggerMessage(2041, LogLevel.Debug, "Session {SessionId:x8} ended while its handler ran: {Cause}")]
    private partial void LogSessionEnded(uint sessionId, SessionEndCause cause);
}
