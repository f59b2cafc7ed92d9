using System.CommandLine;
using UDPack.Tool.Connections;
using UDPack.Tool.Help;

namespace UDPack.Tool.Serve;

/// <summary>udpack serve: an echo server.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var arguments = ListenArguments.WithOption(keyRequired: false);
        var streams = new Option<bool>("--streams") { Description = "Let clients open streams, and return what comes on them; without it they cannot." };
        var verbose = new Option<bool>("--verbose") { Description = "Tell of the steps of handshakes and of streams, too." };
        var json = new Option<bool>("--json") { Description = "Write a JSON object a line instead of text." };
        var command = new ToolCommand(
            "serve",
            "An echo server: returns packets, unreliable messages and streams to who sends them.",
            "udpack serve --listen 127.0.0.1:9000 --token secret",
            "udpack serve --listen [::]:9000 --key k1.key.pem --token-file token.txt --streams --verbose")
        {
            Details =
                """
                Writes a line about each client that comes and goes. Ctrl-C ends it: clients may finish for five seconds.
                """,
        };
        arguments.AddTo(command);
        command.Options.Add(streams);
        command.Options.Add(verbose);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) => Failures.CatchAsync(
            parsed.InvocationConfiguration.Error,
            async () =>
            {
                using var identity = arguments.ReadIdentity(parsed);
                var options = new ServeOptions
                {
                    Binding = arguments.Read(parsed, identity),
                    PublicKeyFile = identity.PublicKeyFile,
                    Streams = parsed.GetValue(streams),
                    Verbose = parsed.GetValue(verbose),
                };
                return await RunAsync(options, ServeLog.To(parsed.InvocationConfiguration.Output, parsed.GetValue(json), options.Verbose), cancellationToken).ConfigureAwait(false);
            }));
        return command;
    }

    private static async Task<int> RunAsync(ServeOptions options, ServeLog log, CancellationToken cancellationToken)
    {
        var server = new EchoServer(options, log);
        await using (server.ConfigureAwait(false))
        {
            await server.RunAsync(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        }
    }
}
