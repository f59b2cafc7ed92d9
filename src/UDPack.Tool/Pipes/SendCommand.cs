using System.CommandLine;
using UDPack.Tool.Connections;
using UDPack.Tool.Help;

namespace UDPack.Tool.Pipes;

/// <summary>udpack send: standard input to a stream, and back.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var connect = new ConnectArguments();
        var options = new PipeOptions();
        var command = new ToolCommand(
            "send",
            "Connects, sends standard input on a stream, and writes what comes back to standard output.",
            "tar c photos | udpack send host:9000 --public-key k1.pub.pem --token-file token.txt",
            "udpack send host:9000 --public-key k1.pub.pem --token secret --no-input > received")
        {
            Details =
                """
                When standard input ends, that direction of the stream does. Ends when both have ended and everything has arrived;
                the exit code is 0 then, and not 0 if the other side failed. For `udpack listen`, or `udpack serve --streams`.
                """,
        };
        connect.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Failures.CatchAsync(
            parsed.InvocationConfiguration.Error,
            async () =>
            {
                await new PipeClient(connect.Read(parsed), options.Read(parsed)).RunAsync(cancellationToken).ConfigureAwait(false);
                return ExitCodes.Success;
            }));
        return command;
    }
}
