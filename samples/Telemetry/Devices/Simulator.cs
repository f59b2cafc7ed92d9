using Microsoft.Extensions.Options;
using Samples;
using UDPack;

namespace Telemetry.Devices;

/// <summary>Many devices in one process. Each has a session of its own, all over one <see cref="UdpackClient"/> and so over one socket.</summary>
internal sealed partial class Simulator(
    UdpackClient client, IOptions<DeviceOptions> options, TimeProvider time, ILogger<Simulator> logger) : BackgroundService
{
    /// <summary>How many devices knock at once: each handshake costs the server public-key work.</summary>
    private const int ConnectsAtOnce = 64;

    private readonly SemaphoreSlim _connects = new(ConnectsAtOnce);
    private int _connected;
    private bool _wereAllConnected;

    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder([]);
        builder.Configuration.AddCommandLine(args, DeviceOptions.Switches);
        FleetOptions.Add(builder);
        builder.Services.AddOptions<DeviceOptions>()
            .BindConfiguration("Devices")
            .Validate(DeviceOptions.IsValid, "Devices: Count is 1 to 50,000, Rate 0.01 to 100, Loss 0 to 0.9, Flaky 0 to 1, and DropAfter a time above zero.")
            .ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(CreateClientOptions);
        builder.Services.AddSingleton<LossyPath>();
        builder.Services.AddSingleton(CreateClient);
        builder.Services.AddHostedService<Simulator>();
        await builder.Build().RunAsync();
    }

    public override void Dispose()
    {
        _connects.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var devices = options.Value;
        await Task.WhenAll(Enumerable.Range(0, devices.Count).Select(number =>
        {
            // The first ones are flaky, spread over the fleet like the rest.
            var isFlaky = number % 100 < devices.Flaky * 100;
            return new Device(number, isFlaky, devices, this).RunAsync(stoppingToken);
        }));
    }

    /// <summary>A session for a device; waits for its turn.</summary>
    public async Task<UdpackSession> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connects.WaitAsync(cancellationToken);
        try
        {
            var session = await client.ConnectAsync(cancellationToken);
            if (Interlocked.Increment(ref _connected) == options.Value.Count && !Interlocked.Exchange(ref _wereAllConnected, true))
            {
                LogAllConnected(options.Value.Count);
            }

            return session;
        }
        finally
        {
            _connects.Release();
        }
    }

    public void OnLeft() => Interlocked.Decrement(ref _connected);

    public void OnFailed(int device, UdpackException exception) => LogFailed(Reading.NameOf(device), exception.Error, exception.Message);

    public Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, time, cancellationToken);

    private static UdpackClient CreateClient(IServiceProvider services)
    {
        var loss = services.GetRequiredService<IOptions<DeviceOptions>>().Value.Loss;
        var client = services.GetRequiredService<UdpackClientOptions>();
        if (loss > 0)
        {
            client.RemoteEndPoint = services.GetRequiredService<LossyPath>().EndPoint;
        }

        return new UdpackClient(client);
    }

    private static UdpackClientOptions CreateClientOptions(IServiceProvider services)
    {
        var environment = services.GetRequiredService<IHostEnvironment>();
        var section = services.GetRequiredService<IConfiguration>().GetSection("Udpack:Clients:devices");
        section["Token"] ??= services.GetRequiredService<IOptions<FleetOptions>>().Value.Token;
        var client = section.CreateUdpackClientOptions(environment.ContentRootPath);
        client.LoggerFactory = services.GetRequiredService<ILoggerFactory>();
        return client;
    }

    [LoggerMessage(1, LogLevel.Information, "all {Count} devices are connected")]
    private partial void LogAllConnected(int count);

    [LoggerMessage(2, LogLevel.Warning, "{Device}: {Error}: {Text}")]
    private partial void LogFailed(string device, UdpackError error, string text);
}
