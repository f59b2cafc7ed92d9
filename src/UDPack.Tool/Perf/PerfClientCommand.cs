using System.CommandLine;
using System.Text.Json;
using UDPack.Tool.Help;
using UDPack.Tool.Output;
using UDPack.Tool.Perf.Arguments;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Reports;

namespace UDPack.Tool.Perf;

/// <summary>udpack perf client.</summary>
internal static class PerfClientCommand
{
    public static Command Create()
    {
        var arguments = new PerfClientArguments();
        var command = new ToolCommand(
            "client",
            "Measures the path to a perf server.",
            "udpack perf client host:9000 --public-key perf.pub.pem --token secret",
            "udpack perf client host:9000 --public-key perf.pub.pem --token secret --bytes 1Gi --direction both --streams 4",
            "udpack perf client host:9000 --public-key perf.pub.pem --token secret --messages 10000 --rate 1000 --json",
            "udpack perf client host:9000 --public-key perf.pub.pem --token secret --datagrams --duration 5")
        {
            Details =
                """
                Without further options it sends bulk data for ten seconds. --messages measures the round trips of messages instead,
                or beside bulk data if --bytes is given, too. All content is verified; content that differs is a failure.
                """,
            Notes = ReportFields.Help,
        };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return Failures.CatchAsync(error, () => RunAsync(arguments.ToPlan(parsed), arguments.IsJson(parsed), output, error, cancellationToken));
        });
        return command;
    }

    private static async Task<int> RunAsync(PerfPlan plan, bool isJson, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var report = await new PerfClient(plan, Terminal.IsTerminal(error) && !isJson ? error : null).RunAsync(cancellationToken).ConfigureAwait(false);
        if (isJson)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, PerfJson.Default.PerfReport)).ConfigureAwait(false);
        }
        else if (Terminal.IsRich(output))
        {
            ReportTable.Write(report, Terminal.Open(output));
        }
        else
        {
            ReportText.Write(report, output);
        }

        return report.Verified ? ExitCodes.Success : throw new PerfException("What arrived is not what was sent. Run it again; if it stays, report it with the command line and the JSON.");
    }
}
