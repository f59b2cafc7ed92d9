using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Samples;
using UDPack;
using UDPack.Hosting;

namespace Telemetry.Server;

/// <summary>The server: UDPack for the devices, and a web application that shows how they are.</summary>
internal static class TelemetryServer
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.Prepare(WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        }));
        FleetOptions.Add(builder);
        builder.Services.AddUdpackServer().AddHandler<DeviceHandler>().AddHealthCheck();
        builder.Services.AddSingleton<ITokenValidator, FleetToken>();
        builder.Services.AddSingleton<Fleet>();
        builder.Services.AddSingleton<FleetMetrics>();
        builder.Services.AddSingleton<FleetMonitor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FleetMonitor>());
        AddOpenTelemetry(builder);

        await using var app = builder.Build();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapHealthChecks("/health");
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGet("/fleet", (FleetMonitor monitor) => monitor.Latest);
        app.MapGet("/fleet/live", (FleetMonitor monitor, CancellationToken cancellationToken) =>
            TypedResults.ServerSentEvents(monitor.WatchAsync(cancellationToken)));
        await app.RunAsync();
    }

    private static void AddOpenTelemetry(WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("telemetry"))
            .WithMetrics(metrics => metrics.AddMeter(UdpackDiagnostics.ServerMeterName, FleetMetrics.Name, "System.Runtime").AddPrometheusExporter())
            .WithTracing(tracing => tracing.AddSource(UdpackDiagnostics.ServerActivitySourceName, FleetMetrics.Name, "Microsoft.AspNetCore"));

        // Where to, with which protocol and how often: the OTEL_… variables that every OpenTelemetry program knows.
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>One token for the whole fleet, which keeps the sample small; a real one gives each device its own.</summary>
    private sealed class FleetToken(IOptions<FleetOptions> fleet) : ITokenValidator
    {
        private readonly byte[] _token = Encoding.UTF8.GetBytes(fleet.Value.Token);

        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(_token, context.Token.Span)
                ? TokenVerdict.Success()
                : TokenVerdict.Failure("it is not Fleet:Token"));
    }
}
