using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using UDPack.Tool.Perf.Arguments;

namespace UDPack.Tool.Perf;

/// <summary>udpack perf server.</summary>
internal static class PerfServerCommand
{
    public static Command Create()
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "The address and port to listen on; 0.0.0.0 or [::] for every address, port 0 for a free one.",
            HelpName = "ADDR:PORT",
            Required = true,
            CustomParser = result => EndPointText.TryParseLocal(PerfOptions.Value(result))
                ?? PerfOptions.Fail<IPEndPoint>(result, $"'{PerfOptions.Value(result)}' is not an address with a port, such as 0.0.0.0:9000 or [::]:9000."),
        };
        var key = new Option<FileInfo>("--key") { Description = "The private key, from udpack keygen.", HelpName = "FILE", Required = true };
        var token = PerfOptions.Token();
        var congestion = PerfOptions.Congestion();
        var once = new Option<bool>("--once") { Description = "Serve one client and end; the exit code is 1 if that failed." };
        var command = new Command(
            "server",
            """
            Serves measurements: many clients, at once or one after another. Writes a line about each. Ctrl-C ends it.

            Example:
              udpack perf server --listen 0.0.0.0:9000 --key perf.key.pem --token secret
            """)
        {
            listen, key, token, congestion, once,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(listen),
            parsed.GetRequiredValue(key),
            parsed.GetRequiredValue(token),
            parsed.GetValue(congestion) ?? PerfOptions.DefaultCongestion,
            parsed.GetValue(once),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        IPEndPoint listen, FileInfo keyFile, string token, CongestionAlgorithm congestion, bool once, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            using var key = ServerKey.FromPem(await File.ReadAllTextAsync(keyFile.FullName, cancellationToken).ConfigureAwait(false));
            var server = new PerfServer(
                new PerfServerOptions { Listen = listen, Key = key, Token = Encoding.UTF8.GetBytes(token), Congestion = congestion, Once = once }, output);
            await using (server.ConfigureAwait(false))
            {
                return await server.RunAsync(cancellationToken).ConfigureAwait(false) ? ExitCodes.Success : ExitCodes.Failed;
            }
        }
        catch (UdpackException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            await error.WriteLineAsync($"The key cannot be read: {exception.Message} Make one with `udpack keygen`, and give its .key.pem to --key.").ConfigureAwait(false);
        }

        return ExitCodes.Failed;
    }
}
