using FileTransfer.Client.Progress;
using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;

namespace FileTransfer.Client;

/// <summary>Runs put, get or list.</summary>
internal static class ClientCommand
{
    /// <summary>The client's name in the configuration, below Udpack:Clients.</summary>
    public const string Name = "files";

    public static async Task RunAsync(string[] args)
    {
        // What is not named comes first: put FILE NAME --Setting=value.
        var words = args.TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var builder = SampleHost.CreateBuilder(args[words.Length..]);
        KeepLogsOffTheScreen(builder);
        builder.Services.AddFileTransferOptions();
        builder.Services.AddUdpackClient(Name)
            .AddTokenProvider<SharedTokenProvider>()
            .AddReconnectPolicy<RetryPolicy>();
        builder.Services.AddSingleton<ITransferDisplay>(Console.IsOutputRedirected ? new PlainDisplay() : new BarDisplay());
        builder.Services.AddSingleton<Attempts>();
        builder.Services.AddSingleton<Uploader>();
        builder.Services.AddSingleton<Downloader>();
        builder.Services.AddSingleton<ManyFiles>();
        using var host = builder.Build();

        await host.StartAsync();
        var stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await RunAsync(words, builder.Configuration["all"], host.Services, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new InvalidOperationException("Stopped. The same command goes on where it was.");
        }

        await host.StopAsync();
    }

    private static Task RunAsync(string[] words, string? all, IServiceProvider services, CancellationToken stop)
    {
        var files = services.GetRequiredService<ManyFiles>();
        var downloader = services.GetRequiredService<Downloader>();
        return words switch
        {
            ["put", var folder] when Directory.Exists(folder) => files.UploadAsync(folder, stop),
            ["put", var file] => files.UploadAsync(file, Path.GetFileName(file), stop),
            ["put", var file, var name] => files.UploadAsync(file, name, stop),
            ["get"] when all is not null => files.DownloadAllAsync(all, stop),
            ["get", var name] when FileNames.IsValid(name) => files.DownloadAsync(name, name, stop),
            ["get", var name, var file] => files.DownloadAsync(name, file, stop),
            ["list"] => PrintAsync(downloader, stop),
            ["get", var name] => throw new InvalidOperationException($"{name}: {FileNames.FindProblem(name)}."),
            _ => throw new InvalidOperationException("Say which file: put FILE [NAME], put DIR, get NAME [FILE], get --all DIR, or list."),
        };
    }

    private static async Task PrintAsync(Downloader downloader, CancellationToken stop)
    {
        foreach (FileEntry entry in await downloader.ListAsync(stop))
        {
            Console.WriteLine($"{entry.Size,15:N0}  {entry.Changed.ToLocalTime():yyyy-MM-dd HH:mm}  {entry.Name}");
        }
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
