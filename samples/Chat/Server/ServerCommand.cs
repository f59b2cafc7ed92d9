using Chat.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;

namespace Chat.Server;

/// <summary>Runs the server until Ctrl-C or SIGTERM.</summary>
internal static class ServerCommand
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        builder.Services.AddChatTokens();
        builder.Services.AddSingleton<ChatHub>();
        builder.Services.AddUdpackServer()
            .AddTokenValidator<ChatTokenValidator>()
            .AddHandler<ChatHandler>();
        await builder.Build().RunAsync();
    }
}
