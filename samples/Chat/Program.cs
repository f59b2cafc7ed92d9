using Chat.Client;
using Chat.Server;
using Chat.Tokens;
using Samples;

return await SampleHost.RunAsync(() => args switch
{
    ["server", .. var rest] => ServerCommand.RunAsync(rest),
    ["client", .. var rest] => ClientCommand.RunAsync(rest),
    ["token", .. var rest] => TokenCommand.RunAsync(rest),
    _ => throw new InvalidOperationException("Say what to run: server, client --name NAME [--group GROUP] [--token TOKEN], or token --name NAME."),
});
