using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Server;

internal sealed partial class ServerComposer
{
    [LoggerMessage(2020, LogLevel.Warning, "The endpoint '{Endpoint}' ACCEPTS EVERY TOKEN: no token validator is registered. This works in the Development environment only")]
    private partial void LogEveryTokenAccepted(string endpoint);

    [LoggerMessage(2021, LogLevel.Warning, "{Key} is null: sessions of vanished clients are kept until their clients' idle timeout, if they have one")]
    private partial void LogNoIdleTimeout(string key);
}
