using Chat.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;

namespace Chat.Client;

/// <summary>Runs the client until /quit, the end of the input, or Ctrl-C.</summary>
internal static class ClientCommand
{
    /// <summary>The client's name in the configuration, below Udpack:Clients.</summary>
    public const string Name = "chat";

    private const string DefaultGroup = "lobby";

    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        KeepLogsOffTheScreen(builder);
        builder.Services.AddChatTokens();
        builder.Services.AddUdpackClient(Name)
            .AddTokenProvider<ChatTokenProvider>()
            .AddReconnectPolicy<ChatReconnectPolicy>();
        builder.Services.AddSingleton<ChatClient>();
        using var host = builder.Build();
        if (builder.Configuration["token"] is null)
        {
            // A name that is none is said at once, not tried again and again.
            host.Services.GetRequiredService<ChatTokens>().Issue(builder.Configuration["name"]);
        }

        await host.StartAsync();
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await host.Services.GetRequiredService<ChatClient>().RunAsync(builder.Configuration["group"] ?? DefaultGroup, lifetime.ApplicationStopping);
        await host.StopAsync();
    }

    // appsettings.json is the server's, too. Arguments and the environment still win.
    private static void KeepLogsOffTheScreen(HostApplicationBuilder builder) =>
        builder.Configuration.Sources.Insert(1, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Serilog:MinimumLevel:Default"] = "Fatal",
                ["Serilog:WriteTo:0:Args:standardErrorFromLevel"] = "Verbose",
            },
        });
}
