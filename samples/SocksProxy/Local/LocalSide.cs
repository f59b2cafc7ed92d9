using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;

namespace SocksProxy.Local;

/// <summary>The side where the SOCKS clients are.</summary>
internal static class LocalSide
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        TunnelOptions.Add(builder);
        builder.Services.AddOptions<LocalOptions>()
            .BindConfiguration("Local")
            .Validate(LocalOptions.IsValid, "Local: Listen is an IP address and a port such as 127.0.0.1:1080, and MaxConnections and the timeouts are above zero.")
            .ValidateOnStart();
        builder.Services.AddUdpackClient(ExitLink.Name).AddTokenProvider<TunnelToken>();
        builder.Services.AddSingleton<ExitLink>();
        builder.Services.AddHostedService<SocksListener>();
        await builder.Build().RunAsync();
    }
}
