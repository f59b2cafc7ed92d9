using System.CommandLine;
using UDPack.Tool.Connections;
using UDPack.Tool.Help;
using UDPack.Tool.Perf.Arguments;
using UDPack.Tool.Perf.Reports;

namespace UDPack.Tool.Perf;

/// <summary>udpack perf server.</summary>
internal static class PerfServerCommand
{
    public static Command Create()
    {
        var arguments = ListenArguments.WithOption(keyRequired: true);
        var congestion = CongestionOption.Create();
        var once = new Option<bool>("--once") { Description = "Serve one client and end; the exit code is 1 if that failed." };
        var json = new Option<bool>("--json") { Description = "Write a JSON object a line instead of text." };
        var command = new ToolCommand(
            "server",
            "Serves measurements: many clients, at once or one after another. Writes a line about each. Ctrl-C ends it.",
            "udpack perf server --listen 0.0.0.0:9000 --key perf.key.pem --token secret");
        arguments.AddTo(command);
        command.Options.Add(congestion);
        command.Options.Add(once);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) => Failures.CatchAsync(
            parsed.InvocationConfiguration.Error,
            async () =>
            {
                using var identity = arguments.ReadIdentity(parsed);
                var options = new PerfServerOptions
                {
                    Binding = arguments.Read(parsed, identity),
                    Congestion = parsed.GetValue(congestion) ?? CongestionOption.Default,
                    Once = parsed.GetValue(once),
                };
                return await RunAsync(options, PerfServerLog.To(parsed.InvocationConfiguration.Output, parsed.GetValue(json)), cancellationToken).ConfigureAwait(false);
            }));
        return command;
    }

    private static async Task<int> RunAsync(PerfServerOptions options, PerfServerLog log, CancellationToken cancellationToken)
    {
        var server = new PerfServer(options, log);
        await using (server.ConfigureAwait(false))
        {
            return await server.RunAsync(cancellationToken).ConfigureAwait(false) ? ExitCodes.Success : ExitCodes.Failed;
        }
    }
}
