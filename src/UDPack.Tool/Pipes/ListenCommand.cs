using System.CommandLine;
using UDPack.Tool.Connections;
using UDPack.Tool.Help;

namespace UDPack.Tool.Pipes;

/// <summary>udpack listen: a stream to standard output, and back.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var arguments = ListenArguments.WithArgument();
        var options = new PipeOptions();
        var keepOpen = new Option<bool>("--keep-open") { Description = "Take one session after another until Ctrl-C. Standard input is not read." };
        var command = new ToolCommand(
            "listen",
            "Accepts a session, writes what comes on its stream to standard output, and sends standard input back.",
            "udpack listen 0.0.0.0:9000 --key k1.key.pem --token-file token.txt --no-input | tar x",
            "udpack listen [::]:9000 --key k1.key.pem --token secret --keep-open >> log")
        {
            Details =
                """
                When standard input ends, that direction of the stream does. Ends when both have ended and everything has arrived;
                the exit code is 0 then, and not 0 if the other side failed. Another client is told meanwhile that the server is full.
                """,
        };
        arguments.AddTo(command);
        options.AddTo(command);
        command.Options.Add(keepOpen);
        command.SetAction((parsed, cancellationToken) => Failures.CatchAsync(
            parsed.InvocationConfiguration.Error,
            async () =>
            {
                using var identity = arguments.ReadIdentity(parsed);
                var isKeptOpen = parsed.GetValue(keepOpen);
                var server = new PipeServer(arguments.Read(parsed, identity), identity.PublicKeyFile, options.Read(parsed, withoutInput: isKeptOpen), isKeptOpen);
                await using (server.ConfigureAwait(false))
                {
                    await server.RunAsync(cancellationToken).ConfigureAwait(false);
                    return ExitCodes.Success;
                }
            }));
        return command;
    }
}
