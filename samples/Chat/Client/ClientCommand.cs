using Chat.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Samples;
using UDPack.Hosting;

namespace Chat.Client;

/// <summary>Runs the client until /quit, the end of the input, or Ctrl-C.</summary>
internal static class ClientCommand
{
    private const string DefaultGroup = "lobby";

    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        KeepLogsOffTheScreen(builder);
        builder.Services.AddChatTokens();
        builder.Services.AddSingleton<ChatConnection>();
        builder.Services.AddUdpackClient("chat", settings => settings.Token ??= IssueToken(builder));
        builder.Services.AddSingleton<ChatClient>();
        using var host = builder.Build();

        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var client = host.Services.GetRequiredService<ChatClient>();
        await host.StartAsync();
        await client.RunAsync(builder.Configuration["group"] ?? DefaultGroup, lifetime.ApplicationStopping);
        await host.StopAsync();
    }

    private static string IssueToken(HostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(ChatOptions.Section).Get<ChatOptions>()!;
        return new ChatTokens(Options.Create(options), TimeProvider.System).Issue(builder.Configuration["name"]);
    }

    // appsettings.json is the server's, too. Arguments and the environment still win.
    private static void KeepLogsOffTheScreen(HostApplicationBuilder builder) =>
        builder.Configuration.Sources.Insert(1, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Serilog:MinimumLevel:Default"] = "Error",
                ["Serilog:WriteTo:0:Args:standardErrorFromLevel"] = "Verbose",
            },
        });
}
