using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Serilog;

namespace Samples;

/// <summary>What the samples share: a host whose appsettings.json lies beside the program, with Serilog configured from it.</summary>
internal static class SampleHost
{
    public static HostApplicationBuilder CreateBuilder(string[] args) => Prepare(Host.CreateApplicationBuilder(args));

    /// <summary>The same for a builder of another kind, such as that of a web application.</summary>
    public static TBuilder Prepare<TBuilder>(TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        // `dotnet run --project` starts in the caller's folder, where key files are; the settings are beside the program.
        // First in the list, so that everything else wins: environment variables, arguments.
        builder.Configuration.Sources.Insert(0, new JsonConfigurationSource
        {
            Path = "appsettings.json",
            FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
            ReloadOnChange = true,
        });
        builder.Services.AddSerilog((_, logger) => logger.ReadFrom.Configuration(builder.Configuration));
        return builder;
    }

    /// <summary>Runs the program; a failure the user can act on is one line on standard error and exit code 1.</summary>
    public static async Task<int> RunAsync(Func<Task> program)
    {
        try
        {
            await program();
            return 0;
        }
        catch (Exception exception) when (IsExplained(exception))
        {
            await Console.Error.WriteLineAsync($"error: {Explain(exception).ReplaceLineEndings(" ")}");
            return 1;
        }
        finally
        {
            await Log.CloseAndFlushAsync();
        }
    }

    // UdpackException is an IOException; InvalidDataException is an appsettings.json that cannot be read.
    private static bool IsExplained(Exception exception) =>
        exception is IOException or InvalidDataException or OptionsValidationException or InvalidOperationException or TimeoutException
        || exception is AggregateException several && several.InnerExceptions.All(IsExplained);

    // Several options can be wrong at once.
    private static string Explain(Exception exception) =>
        exception is AggregateException several ? string.Join(' ', several.InnerExceptions.Select(Explain)) : exception.Message;
}
