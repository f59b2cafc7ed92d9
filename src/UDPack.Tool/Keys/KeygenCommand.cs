using System.CommandLine;
using Spectre.Console;
using UDPack.Tool.Help;
using UDPack.Tool.Output;

namespace UDPack.Tool.Keys;

/// <summary>udpack keygen: makes a key pair.</summary>
internal static class KeygenCommand
{
    public static Command Create()
    {
        var output = new Option<DirectoryInfo>("--out") { Description = "The directory to write to; it is created if needed.", HelpName = "DIR", Required = true };
        var name = new Option<string>("--name")
        {
            Description = "The key's name, which begins the file names.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "udpack",
        };
        name.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>();
            if (string.IsNullOrWhiteSpace(value) || value.AsSpan().IndexOfAny('/', '\\') >= 0 || value[0] is '.' or '-')
            {
                result.AddError($"'{value}' is not a name for a key: use letters, digits, '-', '_' and '.'.");
            }
        });
        var rsa = new Option<int?>("--rsa") { Description = "Make an RSA key with this many bits (2048, 3072 or 4096) instead of a P-256 key.", HelpName = "BITS" };
        rsa.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValueOrDefault<int?>() is not (2048 or 3072 or 4096))
            {
                result.AddError("--rsa takes 2048, 3072 or 4096.");
            }
        });
        var force = new Option<bool>("--force") { Description = "Overwrite existing files. Clients that hold the old public key can no longer connect." };

        var json = new Option<bool>("--json") { Description = "Write one JSON object instead of text." };
        var command = new ToolCommand(
            "keygen",
            "Makes a key pair for a server.",
            "udpack keygen --name k1 --out keys",
            "udpack keygen --name k1 --out keys --rsa 3072 --json")
        {
            Details =
                """
                Writes NAME.key.pem, the private key, which stays on the server; on Unix only its owner can read it,
                and NAME.pub.pem, the public key, which clients need. Prints the key's id.
                """,
            Notes =
                """
                Then set in the server's configuration
                  Udpack:Keys:Ring:k1:File = keys/k1.key.pem
                and in the client's
                  Udpack:Clients:NAME:ServerPublicKeyFile = keys/k1.pub.pem
                """,
        };
        foreach (var option in new Option[] { output, name, rsa, force, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(output),
            parsed.GetRequiredValue(name),
            parsed.GetValue(rsa),
            parsed.GetValue(force),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(DirectoryInfo directory, string name, int? rsaBits, bool force, bool isJson, TextWriter output, TextWriter error)
    {
        var keyFile = Path.Combine(directory.FullName, $"{name}.key.pem");
        var publicFile = Path.Combine(directory.FullName, $"{name}.pub.pem");
        if (!force && new[] { keyFile, publicFile }.FirstOrDefault(File.Exists) is { } existing)
        {
            error.WriteLine($"{existing} exists already. Choose another --name or --out, or overwrite it with --force.");
            return ExitCodes.Failed;
        }

        try
        {
            using var key = rsaBits is { } bits ? ServerKey.GenerateRsa(bits) : ServerKey.GenerateP256();
            directory.Create();
            KeyFileWriter.WritePrivate(keyFile, key.ExportPkcs8Pem(), force);
            KeyFileWriter.WritePublic(publicFile, key.PublicKey.ToPem(), force);
            Write(new KeygenReport { PrivateKeyFile = keyFile, PublicKeyFile = publicFile, KeyId = key.PublicKey.KeyIdText, Kind = $"{key.Kind}" }, isJson, output);
            return ExitCodes.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"The key could not be written: {exception.Message} Choose another --out, or make it writable.");
            return ExitCodes.Failed;
        }
    }

    private static void Write(KeygenReport report, bool isJson, TextWriter output)
    {
        if (isJson)
        {
            new JsonLines(output).Write(report, KeygenJson.Default.KeygenReport);
            return;
        }

        var console = Terminal.Open(output);
        console.MarkupLineInterpolated($"Private key: [yellow]{report.PrivateKeyFile}[/]");
        console.MarkupLineInterpolated($"Public key:  [green]{report.PublicKeyFile}[/]");
        console.MarkupLineInterpolated($"Key id:      [bold]{report.KeyId}[/]");
    }
}
