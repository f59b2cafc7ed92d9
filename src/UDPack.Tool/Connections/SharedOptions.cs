using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace UDPack.Tool.Connections;

/// <summary>The options of every command that has sessions, as client or as server.</summary>
internal sealed class SharedOptions
{
    /// <summary>The environment variable that takes the place of --token: other users of the machine can read command lines.</summary>
    public const string TokenVariable = "UDPACK_TOKEN";

    private readonly Option<string> _token = new("--token")
    {
        Description = $"The token that clients show the server; any text, the same on both sides. Or set {TokenVariable}, or give --token-file.",
        HelpName = "TEXT",
    };

    private readonly Option<FileInfo> _tokenFile = new("--token-file")
    {
        Description = "A file with the token, which then does not stand in the list of processes. The line's end does not belong to it.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo> _keyLog = new("--key-log")
    {
        Description = "Append the secrets of all sessions to a file, for udpack inspect and Wireshark. Whoever has it and a capture reads everything.",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_token);
        command.Options.Add(_tokenFile);
        command.Options.Add(_keyLog);
        command.Validators.Add(Validate);
    }

    /// <exception cref="ToolException">A file cannot be read, or the key log not be written.</exception>
    public SharedSettings Read(ParseResult parsed) => new() { Token = Encoding.UTF8.GetBytes(TokenOf(parsed)), KeyLog = OpenKeyLog(parsed) };

    private static string FromEnvironment => Environment.GetEnvironmentVariable(TokenVariable) ?? "";

    private string TokenOf(ParseResult parsed)
    {
        if (parsed.GetValue(_tokenFile) is not { } file)
        {
            return parsed.GetValue(_token) ?? FromEnvironment;
        }

        try
        {
            var token = File.ReadAllText(file.FullName).TrimEnd('\r', '\n');
            return token.Length > 0 ? token : throw new ToolException($"The token file {file.FullName} is empty. Write the token into it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The token file cannot be read: {exception.Message}", exception);
        }
    }

    private UdpackKeyLog? OpenKeyLog(ParseResult parsed)
    {
        if (parsed.GetValue(_keyLog) is not { } file)
        {
            return null;
        }

        try
        {
            var log = new UdpackKeyLog(file.FullName);
            parsed.InvocationConfiguration.Error.WriteLine(
                $"WARNING: the SECRETS OF ALL SESSIONS are written to {file.FullName}. Whoever has it and a capture reads everything; delete it when you are done.");
            return log;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The key log cannot be written: {exception.Message}", exception);
        }
    }

    private void Validate(CommandResult result)
    {
        var token = result.GetResult(_token);
        if (token is not null && result.GetResult(_tokenFile) is not null)
        {
            result.AddError("--token and --token-file exclude each other.");
        }
        else if (token is { Tokens.Count: 1 } && result.GetValue(_token) is "")
        {
            result.AddError("--token must not be empty.");
        }
        else if (token is null && result.GetResult(_tokenFile) is null && FromEnvironment.Length == 0)
        {
            result.AddError($"A token is required: give --token or --token-file, or set {TokenVariable}.");
        }
    }
}
