using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using UDPack.Tool.Perf.Arguments;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Reports;

namespace UDPack.Tool.Perf;

/// <summary>udpack perf client.</summary>
internal static class PerfClientCommand
{
    public static Command Create()
    {
        var arguments = new ClientArguments();
        var command = new Command(
            "client",
            $"""
            Measures the path to a perf server.

            Without further options it sends bulk data for ten seconds. --messages measures the round trips of messages instead,
            or beside bulk data if --bytes is given, too. All content is verified. The exit code is 0 if all went well,
            1 if not, content that differs included, and 2 for a wrong command line.

            Examples:
              udpack perf client host:9000 --public-key perf.pub.pem --token secret
              udpack perf client host:9000 --public-key perf.pub.pem --token secret --bytes 1Gi --direction both --streams 4
              udpack perf client host:9000 --public-key perf.pub.pem --token secret --messages 10000 --rate 1000 --json
              udpack perf client host:9000 --public-key perf.pub.pem --token secret --datagrams --duration 5

            {ReportFields.Help}
            """);
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
            return RunAsync(() => arguments.ToPlan(parsed), arguments.IsJson(parsed), isTerminal, output, error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Func<PerfPlan> plan, bool isJson, bool isTerminal, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var report = await new PerfClient(plan(), isTerminal && !isJson ? output : null).RunAsync(cancellationToken).ConfigureAwait(false);
            if (isJson)
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(report, PerfJson.Default.PerfReport)).ConfigureAwait(false);
            }
            else
            {
                ReportText.Write(report, output);
            }

            if (report.Verified)
            {
                return ExitCodes.Success;
            }

            await error.WriteLineAsync("What arrived is not what was sent.").ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Interrupted.").ConfigureAwait(false);
        }
        catch (UdpackException exception)
        {
            await error.WriteLineAsync(exception.Message + Advice(exception.Error)).ConfigureAwait(false);
        }
        catch (PerfException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            await error.WriteLineAsync($"The public key cannot be read: {exception.Message} Give the .pub.pem of `udpack keygen` to --public-key.").ConfigureAwait(false);
        }

        return ExitCodes.Failed;
    }

    private static string Advice(UdpackError error) => error switch
    {
        UdpackError.ConnectTimeout =>
            " Check that `udpack perf server` runs there, that firewalls let UDP through, and that --public-key belongs to the server's --key.",
        UdpackError.AuthenticationFailed => " Give both sides the same --token.",
        UdpackError.HandshakeFailed => " Check that --public-key belongs to the server's --key.",
        UdpackError.TokenTooLarge => " Choose a shorter --token on both sides.",
        UdpackError.SessionClosed or UdpackError.SessionAborted => " The server's output says more.",
        UdpackError.SessionExpired => " The path or the server went away during the measurement.",
        _ => "",
    };
}
