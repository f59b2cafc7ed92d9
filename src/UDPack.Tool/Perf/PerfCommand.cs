using System.CommandLine;
using UDPack.Tool.Help;

namespace UDPack.Tool.Perf;

/// <summary>udpack perf: measures a path.</summary>
internal static class PerfCommand
{
    public static Command Create() => new ToolCommand(
        "perf",
        "Measures throughput, latency and loss between two machines: start the server on one and the client on the other.",
        "udpack keygen --name perf --out .",
        "udpack perf server --listen 0.0.0.0:9000 --key perf.key.pem --token secret",
        "udpack perf client server.example:9000 --public-key perf.pub.pem --token secret")
    {
        PerfServerCommand.Create(), PerfClientCommand.Create(),
    };
}
