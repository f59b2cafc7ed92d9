using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Server;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests;

/// <summary>Hosts without the machine's environment, files or console.</summary>
internal static class TestHost
{
    public static HostApplicationBuilder CreateBuilder(
        IEnumerable<(string Key, string? Value)>? settings = null, string environment = "Development", string? contentRoot = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            EnvironmentName = environment,
            ContentRootPath = contentRoot ?? AppContext.BaseDirectory,
            Configuration = new ConfigurationManager(),
        });
        builder.Configuration.AddInMemoryCollection(Pairs(settings ?? []));
        builder.Logging.AddFakeLogging();
        builder.Services.AddMetrics();
        return builder;
    }

    /// <summary>A host whose server has fake listeners, one key and a handler that does nothing.</summary>
    public static HostApplicationBuilder CreateServerBuilder(
        FakeListenerFactory listeners, IEnumerable<(string Key, string? Value)>? settings = null, string environment = "Development")
    {
        var builder = CreateBuilder(settings, environment);
        builder.Services.AddSingleton<IListenerFactory>(listeners);
        builder.Services.AddSingleton<IKeyStore>(new FakeKeyStore());
        builder.Services.AddUdpackServer()
            .AddHandler((_, _) => Task.CompletedTask)
            .AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()));
        return builder;
    }

    public static UdpackServerOptions ReadServer(params (string Key, string? Value)[] settings)
    {
        var builder = CreateBuilder(settings);
        builder.Services.AddUdpackServer();
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<UdpackServerOptions>>().Value;
    }

    public static string[] ServerFailures(params (string Key, string? Value)[] settings) =>
        [.. Assert.Throws<OptionsValidationException>(() => ReadServer(settings)).Failures];

    public static IEnumerable<KeyValuePair<string, string?>> Pairs(IEnumerable<(string Key, string? Value)> settings) =>
        settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value));
}
