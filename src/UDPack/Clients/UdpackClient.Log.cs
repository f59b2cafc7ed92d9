using System.Net;
using Microsoft.Extensions.Logging;

namespace UDPack;

public sealed partial class UdpackClient
{
    [LoggerMessage(1050, LogLevel.Warning, "No session with udp://{Server} yet, still trying. {Explanation}")]
    private partial void LogTrouble(IPEndPoint server, string explanation);
}
