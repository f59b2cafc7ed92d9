using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Security.Cryptography;
using UDPack.Sockets;
using UDPack.Tool.Arguments;

namespace UDPack.Tool.Connections;

/// <summary>The arguments of every command that connects to a server.</summary>
internal sealed class ConnectArguments
{
    private readonly SharedOptions _shared = new();
    private readonly Argument<EndPoint> _server = new("ADDR:PORT")
    {
        Description = "The server's address or name, and port.",
        CustomParser = Parse,
    };

    private readonly Option<FileInfo> _publicKey = new("--public-key") { Description = "The server's public key, from udpack keygen.", HelpName = "FILE", Required = true };
    private readonly Option<double?> _connectTimeout = OptionValues.Number(
        "--connect-timeout", "S", "Give up after so many seconds without an answer to the handshake. Default 7.5.", 0.1, 600);

    public void AddTo(Command command)
    {
        command.Arguments.Add(_server);
        command.Options.Add(_publicKey);
        _shared.AddTo(command);
        command.Options.Add(_connectTimeout);
    }

    /// <summary>Reads the files and puts everything together.</summary>
    /// <exception cref="ToolException">A file cannot be read, or is no key.</exception>
    public ClientConnection Read(ParseResult parsed) => new()
    {
        Server = parsed.GetRequiredValue(_server),
        ServerPublicKey = ReadKey(parsed.GetRequiredValue(_publicKey)),
        Shared = _shared.Read(parsed),
        ConnectTimeout = parsed.GetValue(_connectTimeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : ClientConnection.DefaultConnectTimeout,
    };

    private static EndPoint? Parse(ArgumentResult result)
    {
        var text = OptionValues.Value(result);
        return EndPointText.TryParseRemote(text) switch
        {
            null => OptionValues.Fail<EndPoint>(result, $"'{text}' is not an address with a port, such as 192.0.2.1:9000, [2001:db8::1]:9000 or host:9000."),
            IPEndPoint { Address: var address } when AddressRules.RemoteProblem(address) is { } problem => OptionValues.Fail<EndPoint>(result, problem),
            var server => server,
        };
    }

    private static ServerPublicKey ReadKey(FileInfo file)
    {
        try
        {
            return ServerPublicKey.FromPem(File.ReadAllText(file.FullName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ToolException($"The public key cannot be read: {exception.Message} Give the .pub.pem of `udpack keygen` to --public-key.", exception);
        }
    }
}
