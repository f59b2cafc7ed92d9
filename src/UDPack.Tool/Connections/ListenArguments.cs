using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using UDPack.Sockets;
using UDPack.Tool.Arguments;

namespace UDPack.Tool.Connections;

/// <summary>The arguments of every command that is a server.</summary>
internal sealed class ListenArguments
{
    private const string AddressDescription = "The address and port to listen on; 0.0.0.0 or [::] for every address, port 0 for a free one.";

    private readonly SharedOptions _shared = new();
    private readonly Argument<IPEndPoint>? _argument;
    private readonly Option<IPEndPoint>? _option;
    private readonly Option<FileInfo> _key;

    private ListenArguments(bool asArgument, bool keyRequired)
    {
        _argument = asArgument ? new Argument<IPEndPoint>("ADDR:PORT") { Description = AddressDescription, CustomParser = Parse } : null;
        _option = asArgument
            ? null
            : new Option<IPEndPoint>("--listen") { Description = AddressDescription, HelpName = "ADDR:PORT", Required = true, CustomParser = Parse };
        _key = new Option<FileInfo>("--key")
        {
            Description = keyRequired
                ? "The private key, from udpack keygen."
                : "The private key, from udpack keygen. Without it a key is made for this run, and where its public half lies is written.",
            HelpName = "FILE",
            Required = keyRequired,
        };
    }

    /// <summary>With the address as --listen.</summary>
    public static ListenArguments WithOption(bool keyRequired) => new(asArgument: false, keyRequired);

    /// <summary>With the address as the command's argument.</summary>
    public static ListenArguments WithArgument() => new(asArgument: true, keyRequired: false);

    public void AddTo(Command command)
    {
        if (_argument is not null)
        {
            command.Arguments.Add(_argument);
        }

        if (_option is not null)
        {
            command.Options.Add(_option);
        }

        command.Options.Add(_key);
        _shared.AddTo(command);
    }

    /// <exception cref="ToolException">The file cannot be read, or is no key.</exception>
    public ServerIdentity ReadIdentity(ParseResult parsed) =>
        parsed.GetValue(_key) is { } file ? ServerIdentity.Read(file) : ServerIdentity.MakeTemporary();

    /// <exception cref="ToolException">A file cannot be read.</exception>
    public ServerBinding Read(ParseResult parsed, ServerIdentity identity) => new()
    {
        Listen = _argument is not null ? parsed.GetRequiredValue(_argument) : parsed.GetRequiredValue(_option!),
        Key = identity.Key,
        Shared = _shared.Read(parsed),
    };

    private static IPEndPoint? Parse(ArgumentResult result) => EndPointText.TryParseLocal(OptionValues.Value(result)) switch
    {
        null => OptionValues.Fail<IPEndPoint>(result, $"'{OptionValues.Value(result)}' is not an address with a port, such as 0.0.0.0:9000 or [::]:9000."),
        { Address: var address } when AddressRules.LocalProblem(address) is { } problem => OptionValues.Fail<IPEndPoint>(result, problem),
        var local => local,
    };
}
