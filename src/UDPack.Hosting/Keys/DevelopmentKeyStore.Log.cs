using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Keys;

internal sealed partial class DevelopmentKeyStore
{
    [LoggerMessage(2035, LogLevel.Warning, "Using the DEVELOPMENT KEY {File}, id {KeyId}. Clients need {PublicFile}. Outside the Development environment the server does not start with it")]
    private partial void LogDevelopmentKey(string file, string keyId, string publicFile);
}
