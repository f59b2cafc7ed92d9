using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;
using UDPack.Hosting.Diagnostics;
using UDPack.Hosting.Handlers;
using UDPack.Hosting.KeyLogs;
using UDPack.Hosting.Tokens;

namespace UDPack.Hosting.Server;

/// <summary>
/// Puts settings, handlers, validators and keys together into what the listeners need, and says everything that is
/// missing at once.
/// </summary>
internal sealed partial class ServerComposer(
    IServiceProvider services, ServerRegistration registration, UdpackConfiguration configuration, KeyLogFiles keyLogs, ILogger<ServerComposer> logger)
{
    public IReadOnlyList<EndpointStart> Compose(UdpackServerOptions settings)
    {
        var problems = new List<string>();
        var plans = EndpointPlan.CreateAll(settings);
        var handlers = HandlerTable.Create(registration.Handlers, plans, problems);
        var validators = plans.ToDictionary(plan => plan.Name, plan => FindValidator(plan.Name, problems), StringComparer.OrdinalIgnoreCase);
        var basePath = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        var keyLog = keyLogs.Open(configuration.ServerPath, settings.KeyLogFile, settings.AllowKeyLog, isServer: true, basePath, problems);
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(UdpackServerOptions), problems);
        }

        // Checked here and not by ValidateOnStart, which would wrap mistakes in both sections into an AggregateException.
        _ = services.GetRequiredService<IOptions<UdpackKeysOptions>>().Value;
        var keys = services.GetRequiredService<IKeyStore>();
        _ = keys.Current; // A store that cannot load its keys fails the start, not the first client.
        return [.. plans.Select(plan => new EndpointStart(CreateOptions(plan, settings, keys, validators[plan.Name]!, keyLog), handlers[plan.Name]))];
    }

    /// <summary>What a bound endpoint should go on with after the settings changed; null if they have it no more.</summary>
    public UdpackListenerOptions? Recompose(UdpackServerOptions settings, UdpackListenerOptions bound) =>
        EndpointPlan.CreateAll(settings).FirstOrDefault(plan => plan.Name.Equals(bound.Name, StringComparison.OrdinalIgnoreCase)) is { } plan
            ? CreateOptions(plan, settings, bound.Keys, bound.TokenValidator, bound.KeyLog)
            : null;

    private ITokenValidator? FindValidator(string endpoint, List<string> problems)
    {
        var own = services is IKeyedServiceProvider ? services.GetKeyedService<ITokenValidator>(endpoint) : null;
        if ((own ?? services.GetService<ITokenValidator>()) is { } validator)
        {
            return validator;
        }

        if (services.GetService<IHostEnvironment>()?.IsDevelopment() == true)
        {
            LogEveryTokenAccepted(endpoint);
            return new AnyTokenValidator();
        }

        problems.Add(
            $"The endpoint '{endpoint}' has no token validator. Call AddUdpackServer().AddTokenValidator<YourValidator>(), or register an ITokenValidator. Only in the Development environment can a server go without one.");
        return null;
    }

    private UdpackListenerOptions CreateOptions(
        EndpointPlan plan, UdpackServerOptions settings, IKeyStore keys, ITokenValidator validator, UdpackKeyLog? keyLog)
    {
        var ciphers = services.GetRequiredService<ICipherFactory>();
        var options = new UdpackListenerOptions
        {
            Name = plan.Name,
            LocalEndPoint = plan.LocalEndPoint,
            Keys = keys,
            TokenValidator = validator,
            Ciphers = ciphers,
            Algorithms = settings.Handshake.Algorithms.Count > 0
                ? [.. settings.Handshake.Algorithms.Distinct()]
                : [.. Enum.GetValues<CipherAlgorithm>().Where(ciphers.IsSupported)],
            HandshakeTimeout = settings.Handshake.Timeout,
            MaxPendingHandshakes = settings.Handshake.MaxPending,
            AddressValidation = settings.Handshake.AddressValidation,
            AddressValidationThreshold = settings.Handshake.AddressValidationThreshold,
            HandshakeWorkers = settings.Handshake.Workers ?? Environment.ProcessorCount,
            HandshakeQueueLength = settings.Handshake.QueueLength,
            MaxSessions = plan.Limits.MaxSessions,
            MaxSessionsPerAddress = plan.Limits.MaxSessionsPerAddress,
            MaxSessionsPerPrefix = plan.Limits.MaxSessionsPerPrefix,
            HandshakeRatePerPrefix = settings.Handshake.RatePerPrefix,
            HandshakeBurstPerPrefix = settings.Handshake.BurstPerPrefix,
            IPv4PrefixLength = settings.Handshake.IPv4PrefixLength,
            IPv6PrefixLength = settings.Handshake.IPv6PrefixLength,
            MaxBufferedBytes = plan.Limits.MaxBufferedBytes,
            ReceiveBufferBytes = plan.Limits.ReceiveBufferBytes,
            Session = new UdpackSessionOptions
            {
                IdleTimeout = settings.Session.IdleTimeout,
                MaxPacketBytes = plan.Limits.MaxPacketBytes,
                SessionCreditBytes = plan.Limits.SessionCreditBytes,
                MaxSessionCreditBytes = plan.Limits.MaxSessionCreditBytes,
                StreamCreditBytes = plan.Limits.StreamCreditBytes,
                MaxStreamCreditBytes = plan.Limits.MaxStreamCreditBytes,
                MaxStreams = plan.Limits.MaxStreams,
                SendBufferBytes = plan.Limits.SendBufferBytes,
                MaxSendBufferBytes = plan.Limits.MaxSendBufferBytes,
                DatagramQueueBytes = plan.Limits.DatagramQueueBytes,
                Congestion = settings.Session.Congestion,
                MaxUdpPayloadBytes = settings.Session.MaxUdpPayloadBytes,
            },
            KeyLog = keyLog,
            HandshakeProgress = services.GetService<IProgress<HandshakeStep>>(),
            Network = services.GetRequiredService<UdpackNetwork>(),
            TimeProvider = services.GetRequiredService<TimeProvider>(),
            LoggerFactory = services.GetService<ILoggerFactory>(),
            Observer = services.GetRequiredService<ServerMetrics>().Observe(plan.Name),
        };
        if (settings.Session.IdleTimeout is null)
        {
            LogNoIdleTimeout($"{configuration.ServerPath}:Session:IdleTimeout");
        }

        return options;
    }
}
