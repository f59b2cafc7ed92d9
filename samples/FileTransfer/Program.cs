using System.Globalization;
using FileTransfer.Client;
using FileTransfer.Server;
using Samples;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return await SampleHost.RunAsync(() => args switch
{
    ["server", .. var rest] => ServerCommand.RunAsync(rest),
    ["put" or "get" or "list", ..] => ClientCommand.RunAsync(args),
    _ => throw new InvalidOperationException(
        "Say what to do: server --root DIR, put FILE [NAME], put DIR, get NAME [FILE], get --all DIR, or list; settings such as --FileTransfer:Token=... come last."),
});
