using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Moq;
using UDPack.Hosting.Handlers;
using UDPack.Hosting.Server;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

public sealed class CompositionTests
{
    private readonly FakeListenerFactory _listeners = new();
    private readonly HostApplicationBuilder _builder = TestHost.CreateBuilder();

    public CompositionTests()
    {
        _builder.Services.AddSingleton<IListenerFactory>(_listeners);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddUdpack_and_AddUdpackServer_are_one_server_in_any_order(bool udpackFirst)
    {
        Action[] calls =
        [
            () => _builder.Services.AddUdpack(options => options.Handlers.Add<HandlerA>()),
            () => _builder.Services.AddUdpackServer(options => options.EndpointDefaults.Port = 1),
            () => _builder.Services.AddUdpackServer(),
            () => _builder.Services.AddUdpack(options => options.Handlers.Add<HandlerA>()),
        ];
        foreach (var call in udpackFirst ? calls : calls.Reverse())
        {
            call();
        }

        using var host = await StartAsync();

        Assert.Single(host.Services.GetServices<IHostedService>().OfType<UdpackServerService>());
        Assert.Equal(1, Assert.Single(_listeners.Listeners).Value.LocalEndPoint.Port);
    }

    [Fact]
    public async Task The_applications_own_services_are_used_whatever_the_order()
    {
        var validator = Mock.Of<ITokenValidator>();
        var ciphers = new Mock<ICipherFactory>();
        ciphers.Setup(factory => factory.IsSupported(CipherAlgorithm.Aes128Gcm)).Returns(true);
        using var keyStore = new FakeKeyStore();
        _builder.Services.AddSingleton(validator).AddSingleton(ciphers.Object);
        _builder.Services.AddUdpack(options => options.Handlers.Add<HandlerA>());
        _builder.Services.AddSingleton<IKeyStore>(keyStore);
        using var host = await StartAsync(withKeys: false);

        var options = _listeners.Listeners["default"].Options;
        Assert.Same(validator, options.TokenValidator);
        Assert.Same(ciphers.Object, options.Ciphers);
        Assert.Same(keyStore, options.Keys);
        Assert.Equal([CipherAlgorithm.Aes128Gcm], options.Algorithms);
    }

    [Fact]
    public async Task Verbs_do_not_replace_what_the_application_registered()
    {
        var validator = Mock.Of<ITokenValidator>();
        using var keyStore = new FakeKeyStore();
        _builder.Services.AddSingleton(validator).AddSingleton<IKeyStore>(keyStore);
        _builder.Services.AddUdpackServer()
            .AddHandler<HandlerA>()
            .AddTokenValidator<RefuseAll>()
            .AddDevelopmentKey()
            .AddPemKeys();
        using var host = await StartAsync(withKeys: false);

        Assert.Same(validator, _listeners.Listeners["default"].Options.TokenValidator);
        Assert.Same(keyStore, _listeners.Listeners["default"].Options.Keys);
    }

    [Fact]
    public async Task A_key_store_verb_replaces_the_default()
    {
        _builder.Services.AddUdpackServer().AddHandler<HandlerA>().AddKeyStore<FakeKeyStore>();
        using var host = await StartAsync(withKeys: false);

        Assert.IsType<FakeKeyStore>(_listeners.Listeners["default"].Options.Keys);
    }

    [Fact]
    public async Task Validators_can_differ_by_endpoint()
    {
        _builder.Services.AddUdpackServer()
            .AddEndpoint("a", endpoint => endpoint.Port = 1)
            .AddEndpoint("b", endpoint => endpoint.Port = 2)
            .AddHandler<HandlerA>()
            .AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()))
            .AddTokenValidator<RefuseAll>("b");
        using var host = await StartAsync();

        Assert.IsType<RefuseAll>(_listeners.Listeners["b"].Options.TokenValidator);
        Assert.IsNotType<RefuseAll>(_listeners.Listeners["a"].Options.TokenValidator);
    }

    [Fact]
    public async Task Handlers_can_differ_by_endpoint()
    {
        _builder.Services.AddUdpackServer()
            .AddEndpoint("a", endpoint => endpoint.Port = 1)
            .AddEndpoint("b", endpoint => endpoint.Port = 2)
            .AddHandler<HandlerA>()
            .AddHandler<HandlerB>("B");
        using var host = await StartAsync();

        var bound = host.Services.GetRequiredService<ServerListeners>().Bound;
        Assert.Equal([typeof(HandlerA), typeof(HandlerB)], bound.Select(endpoint => (Type)endpoint.Handler.Identity));
        await using var scope = host.Services.CreateAsyncScope();
        Assert.IsType<HandlerB>(bound[1].Handler.Resolve(scope.ServiceProvider));
    }

    [Fact]
    public async Task Two_handlers_for_the_same_endpoint_fail_the_start()
    {
        _builder.Services.AddUdpackServer().AddHandler<HandlerA>().AddHandler<HandlerB>();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync());
        Assert.Equal(
            "The endpoints without a handler of their own have 2 handlers: HandlerA, HandlerB. Keep one, or give the name of another endpoint when adding it.",
            Assert.Single(exception.Failures));
    }

    [Fact]
    public async Task A_handler_for_an_endpoint_that_does_not_exist_fails_the_start()
    {
        _builder.Services.AddUdpackServer().AddHandler<HandlerA>().AddHandler<HandlerB>("gmaes").AddEndpoint("games");

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync());
        Assert.Equal("HandlerB handles the endpoint 'gmaes', which does not exist. The endpoints are: games.", Assert.Single(exception.Failures));
    }

    [Fact]
    public async Task Settings_reach_the_listener()
    {
        _builder.Services.AddUdpackServer(options =>
        {
            options.Handshake.Timeout = TimeSpan.FromSeconds(3);
            options.Handshake.MaxPending = 77;
            options.Handshake.AddressValidation = AddressValidation.Always;
            options.Handshake.AddressValidationThreshold = 7;
            options.Handshake.RatePerPrefix = null;
            options.Handshake.BurstPerPrefix = 70;
            options.Handshake.IPv4PrefixLength = 22;
            options.Handshake.IPv6PrefixLength = 48;
            options.Handshake.Workers = 5;
            options.Handshake.QueueLength = 6;
            options.Session.IdleTimeout = null;
            options.Limits.MaxSessions = 8;
            options.Limits.MaxSessionsPerAddress = 9;
            options.Limits.MaxPacketBytes = 1100;
            options.Limits.SessionCreditBytes = 20_001;
            options.Limits.SendBufferBytes = 1502;
            options.Limits.ReceiveBufferBytes = 5000;
        }).AddHandler<HandlerA>();
        using var host = await StartAsync();

        var options = _listeners.Listeners["default"].Options;
        Assert.Equal(
            (TimeSpan.FromSeconds(3), 77, AddressValidation.Always, 7, 5, 6),
            (options.HandshakeTimeout, options.MaxPendingHandshakes, options.AddressValidation, options.AddressValidationThreshold, options.HandshakeWorkers, options.HandshakeQueueLength));
        Assert.Equal((null, 70, 22, 48), (options.HandshakeRatePerPrefix, options.HandshakeBurstPerPrefix, options.IPv4PrefixLength, options.IPv6PrefixLength));
        Assert.Equal((8, 9, 5000), (options.MaxSessions, options.MaxSessionsPerAddress, options.ReceiveBufferBytes));
        Assert.Equal(
            (null, 1100, 20_001, 1502),
            (options.Session.IdleTimeout, options.Session.MaxPacketBytes, options.Session.SessionCreditBytes, options.Session.SendBufferBytes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_limit_reaches_the_listener(bool forTheEndpointOnly)
    {
        var given = new Dictionary<string, long>();
        _builder.Services.AddUdpackServer(options =>
        {
            given.Clear();
            object limits = options.Limits;
            if (forTheEndpointOnly)
            {
                limits = (options.Endpoints["default"] = new UdpackEndpointOptions()).Limits;
            }

            foreach (var property in limits.GetType().GetProperties())
            {
                // Each another value that all ranges allow.
                var value = 20_000 + given.Count;
                var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                given.Add(property.Name, property.Name == nameof(UdpackServerLimits.MaxBufferedBytes) ? value << 10 : value);
                property.SetValue(limits, Convert.ChangeType(given[property.Name], type, System.Globalization.CultureInfo.InvariantCulture));
            }

            options.Session.Congestion = CongestionAlgorithm.Cubic;
            options.Session.MaxUdpPayloadBytes = 1400;
        }).AddHandler<HandlerA>();
        using var host = await StartAsync();

        var listener = _listeners.Listeners["default"].Options;
        foreach (var (name, value) in given)
        {
            object options = typeof(UdpackListenerOptions).GetProperty(name) is null ? listener.Session : listener;
            var read = options.GetType().GetProperty(name)!.GetValue(options);
            Assert.Equal((name, value), (name, Convert.ToInt64(read, System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.Equal((CongestionAlgorithm.Cubic, 1400), (listener.Session.Congestion, listener.Session.MaxUdpPayloadBytes));
    }

    private async Task<IHost> StartAsync(bool withKeys = true)
    {
        if (withKeys)
        {
            _builder.Services.AddSingleton<IKeyStore>(new FakeKeyStore());
        }

        var host = _builder.Build();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private abstract class QuietHandler : UdpackSessionHandler
    {
        public override Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
    private sealed class HandlerA : QuietHandler;

    [SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
    private sealed class HandlerB : QuietHandler;

    [SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
    private sealed class RefuseAll : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TokenVerdict.Failure("no"));
    }
}
