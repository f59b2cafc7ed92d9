using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

public sealed class ServerLifetimeTests
{
    private readonly FakeListenerFactory _listeners = new();

    [Fact]
    public async Task Binds_before_and_admits_after_the_other_services_start_and_drains_before_they_stop()
    {
        var builder = TestHost.CreateServerBuilder(_listeners);
        builder.Services.AddHostedService(_ => new OtherService(_listeners.Events));
        using var host = builder.Build();
        await host.StartAsync();
        _listeners.Listeners["default"].Drained.SetResult();
        await host.StopAsync();

        Assert.Equal(
            ["bind default", "other starts", "admit default", "refuse default", "drain default", "other stops", "stopped default"],
            _listeners.Events.Order(new StoppedLast()));
    }

    [Fact]
    public async Task The_keys_outlive_the_listeners_when_the_host_is_disposed_without_stop()
    {
        var builder = TestHost.CreateBuilder();
        var events = _listeners.Events;
        builder.Services.AddSingleton<Hosting.Server.IListenerFactory>(_listeners);
        builder.Services.AddUdpackServer().AddHandler((_, _) => Task.CompletedTask);
        builder.Services.AddSingleton<IKeyStore>(_ => new RecordingKeyStore(events));
        using (var host = builder.Build())
        {
            await host.StartAsync();
        }

        Assert.Equal(["bind default", "admit default", "dispose default", "keys zeroed"], events);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_bind_fails_the_start_and_rolls_the_others_back()
    {
        _listeners.Broken.Add("c");
        var builder = TestHost.CreateServerBuilder(_listeners, [
            ("Udpack:Server:Endpoints:a:Port", "1"), ("Udpack:Server:Endpoints:b:Port", "2"), ("Udpack:Server:Endpoints:c:Port", "3")]);
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<UdpackException>(() => host.StartAsync());
        Assert.Equal(UdpackError.BindFailed, exception.Error);
        Assert.Contains(
            host.Services.GetFakeLogCollector().GetSnapshot(),
            record => record.Message == $"The endpoint 'c' cannot listen, the server does not start: {exception.Message}");
        Assert.Equal(["bind a", "bind b", "dispose a", "dispose b"], _listeners.Events);
    }

    [Fact]
    public async Task Says_where_it_listens()
    {
        using var host = TestHost.CreateServerBuilder(_listeners, [("Udpack:Server:EndpointDefaults:Address", "127.0.0.1")]).Build();
        await host.StartAsync();

        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Message == "listening on udp://127.0.0.1:9000");
        Assert.Equal("127.0.0.1:9000", host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"].ToString());
    }

    [Fact]
    public async Task The_drain_timeout_is_the_current_one()
    {
        using var host = TestHost.CreateServerBuilder(_listeners, [("Udpack:Server:Shutdown:DrainTimeout", "00:00:07")]).Build();
        await host.StartAsync();
        _listeners.Listeners["default"].Drained.SetResult();
        await host.StopAsync();

        Assert.Equal(TimeSpan.FromSeconds(7), _listeners.Listeners["default"].DrainTimeout);
    }

    [Fact]
    public async Task A_host_out_of_patience_is_not_kept_waiting()
    {
        using var host = TestHost.CreateServerBuilder(_listeners).Build();
        await host.StartAsync();

        // The listener never drains; only the token ends the wait.
        await Record.ExceptionAsync(() => host.StopAsync(new CancellationToken(canceled: true)));

        Assert.DoesNotContain("stopped default", _listeners.Events);
    }

    [Fact]
    public async Task A_dead_listener_stops_the_host_and_fails_its_stop()
    {
        var builder = TestHost.CreateServerBuilder(_listeners);
        using var host = builder.Build();
        await host.StartAsync();
        _listeners.Listeners["default"].Drained.SetResult();
        var death = new InvalidOperationException("The loop died.");
        var run = host.WaitForShutdownAsync();
        _listeners.Listeners["default"].Die(death);

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => run);
        Assert.Same(death, (exception as AggregateException)?.InnerExceptions[0] ?? exception);
        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 2003);
    }

    [Fact]
    public async Task A_server_without_handler_does_not_start()
    {
        var builder = TestHost.CreateBuilder();
        builder.Services.AddUdpackServer();
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(
            "The endpoint 'default' has no handler. Call AddUdpack(options => options.Handlers.Add<YourHandler>()) or AddUdpackServer().AddHandler<YourHandler>().",
            Assert.Single(exception.Failures));
    }

    [Fact]
    public async Task A_server_without_validator_starts_in_development_only_and_says_so()
    {
        foreach (var environment in new[] { "Production", "Development" })
        {
            var builder = TestHost.CreateBuilder(environment: environment);
            builder.Services.AddSingleton<Hosting.Server.IListenerFactory>(_listeners);
            builder.Services.AddSingleton<IKeyStore>(new FakeKeyStore());
            builder.Services.AddUdpackServer().AddHandler((_, _) => Task.CompletedTask);
            using var host = builder.Build();
            if (environment == "Production")
            {
                var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
                Assert.StartsWith(
                    "The endpoint 'default' has no token validator. Call AddUdpackServer().AddTokenValidator<YourValidator>()", Assert.Single(exception.Failures), StringComparison.Ordinal);
            }
            else
            {
                await host.StartAsync();
                Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Message.Contains("ACCEPTS EVERY TOKEN", StringComparison.Ordinal));
            }
        }
    }

    private sealed class OtherService(List<string> events) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            events.Add("other starts");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            events.Add("other stops");
            return Task.CompletedTask;
        }
    }

    // The drain ends on its own time, before or after another service's stop.
    private sealed class StoppedLast : IComparer<string>
    {
        public int Compare(string? x, string? y) => (x == "stopped default").CompareTo(y == "stopped default");
    }

    private sealed class RecordingKeyStore(List<string> events) : IKeyStore, IDisposable
    {
        private readonly FakeKeyStore _keys = new();

        public ServerKeyRing Current => _keys.Current;

        public Microsoft.Extensions.Primitives.IChangeToken GetChangeToken() => _keys.GetChangeToken();

        public void Dispose()
        {
            events.Add("keys zeroed");
            _keys.Dispose();
        }
    }
}
