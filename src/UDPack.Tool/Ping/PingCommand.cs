using System.CommandLine;
using System.CommandLine.Parsing;
using UDPack.Tool.Arguments;
using UDPack.Tool.Connections;
using UDPack.Tool.Help;

namespace UDPack.Tool.Ping;

/// <summary>udpack ping: connects and measures round trips.</summary>
internal sealed class PingCommand
{
    private const int MaxEchoBytes = 16 * 1024 * 1024;

    private readonly ConnectArguments _connect = new();
    private readonly Option<double?> _count = OptionValues.Number("--count", "N", "End after so many round trips. Default: with Ctrl-C.", 1, 1e12, isWhole: true);
    private readonly Option<double?> _interval = OptionValues.Number("--interval", "S", "How many seconds lie between two. Default 1.", 0.01, 10);
    private readonly Option<double?> _timeout = OptionValues.Number("--timeout", "S", "How many seconds to wait for an answer. Default 2.", 0.01, 600);
    private readonly Option<bool> _echo = new("--echo") { Description = "Send packets, which an echo server such as `udpack serve` returns; without it the server's application sees nothing." };
    private readonly Option<bool> _datagrams = new("--datagrams") { Description = "With --echo: send unreliable messages instead of packets; those that are lost stay lost, and count." };
    private readonly Option<long?> _size = OptionValues.Bytes(
        "--size", $"With --echo: the size of a packet or message. Default {PingPlan.DefaultEchoBytes}. Suffixes: {ByteCount.Suffixes}.", EchoRoundTrips.MinBytes, MaxEchoBytes);

    private readonly Option<bool> _json = new("--json") { Description = "Write a JSON object a line instead of text." };

    private PingCommand()
    {
    }

    public static Command Create()
    {
        var arguments = new PingCommand();
        var command = new ToolCommand(
            "ping",
            "Connects to a server, shows where the time of the handshake goes, and measures round trips.",
            "udpack ping host:9000 --public-key k1.pub.pem --token secret",
            "udpack ping host:9000 --public-key k1.pub.pem --token secret --count 100 --interval 0.1 --json",
            "udpack ping host:9000 --public-key k1.pub.pem --token secret --echo --datagrams --size 1000")
        {
            Details =
                """
                The server's transport answers, whatever its application is; with --echo the application has to.
                Ctrl-C ends it with a summary. The exit code is 0 if an answer came.
                """,
        };
        arguments._connect.AddTo(command);
        foreach (var option in new Option[] { arguments._count, arguments._interval, arguments._timeout, arguments._echo, arguments._datagrams, arguments._size, arguments._json })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(arguments.Validate);
        command.SetAction((parsed, cancellationToken) => Failures.CatchAsync(
            parsed.InvocationConfiguration.Error,
            () => new Pinger(arguments.ToPlan(parsed), PingLog.To(parsed.InvocationConfiguration.Output, parsed.GetValue(arguments._json))).RunAsync(cancellationToken)));
        return command;
    }

    private PingPlan ToPlan(ParseResult parsed) => new()
    {
        Connection = _connect.Read(parsed),
        Count = (long?)parsed.GetValue(_count),
        Interval = Seconds(parsed.GetValue(_interval)) ?? PingPlan.DefaultInterval,
        Timeout = Seconds(parsed.GetValue(_timeout)) ?? PingPlan.DefaultTimeout,
        Method = !parsed.GetValue(_echo) ? PingMethod.Transport : parsed.GetValue(_datagrams) ? PingMethod.Messages : PingMethod.Packets,
        EchoBytes = (int?)parsed.GetValue(_size) ?? PingPlan.DefaultEchoBytes,
    };

    private static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    private void Validate(CommandResult result)
    {
        if (!result.GetValue(_echo) && (result.GetValue(_datagrams) || result.GetResult(_size) is not null))
        {
            result.AddError("--datagrams and --size are for --echo: give that, too.");
        }
    }
}
