using FileTransfer.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;

namespace FileTransfer.Server;

/// <summary>Runs the server until Ctrl-C or SIGTERM; uploads and downloads that are under way stop, and go on later.</summary>
internal static class ServerCommand
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        builder.Services.AddFileTransferOptions();
        builder.Services.PostConfigure<FileTransferOptions>(options => options.Root = builder.Configuration["root"] ?? options.Root);
        builder.Services.AddSingleton<FileStore>();
        builder.Services.AddSingleton<Upload>();
        builder.Services.AddSingleton<Download>();
        builder.Services.AddHostedService<PartCleaner>();
        builder.Services.AddUdpackServer()
            .AddTokenValidator<SharedToken>()
            .AddHandler<FileHandler>();
        await builder.Build().RunAsync();
    }
}
