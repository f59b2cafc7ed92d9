using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

public sealed class ReloadTests : IDisposable
{
    private readonly FakeListenerFactory _listeners = new();
    private readonly IHost _host;

    public ReloadTests()
    {
        _host = TestHost.CreateServerBuilder(_listeners, [("Udpack:Server:Shutdown:DrainTimeout", "00:00:05")]).Build();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_valid_reload_takes_effect_while_the_server_runs()
    {
        await _host.StartAsync();
        Configure("Udpack:Server:Shutdown:DrainTimeout", "00:00:06");

        Assert.Equal(TimeSpan.FromSeconds(6), await StopAsync());
        Assert.Contains(Logs(), record => record.Id.Id == 2050);
        Assert.DoesNotContain(Logs(), record => record.Id.Id == 2051);
    }

    [Theory]
    [InlineData("Udpack:Server:Shutdown:DrainTimeout", "soon", "has the invalid value 'soon'. Set it to a time")]
    [InlineData("Udpack:Server:Limits:MaxSessions", "0", "has the invalid value '0'. Set it to a whole number from 1 to 60000.")]
    [InlineData("Udpack:Server:Shutdown:Drain", "00:00:06", "is not a known setting.")]
    public async Task An_invalid_reload_keeps_the_last_good_settings_and_names_the_key(string key, string value, string problem)
    {
        await _host.StartAsync();
        Configure(key, value);

        Assert.Contains($"{key} {problem}", Assert.Single(Logs(), record => record.Id.Id == 2052).Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), await StopAsync());
    }

    [Theory]
    [InlineData("Udpack:Server:Limits:MaxSessions", "5")]
    [InlineData("Udpack:Server:Endpoints:default:Limits:MaxSessions", "5")]
    public async Task Changed_limits_reach_the_listener_while_it_runs(string key, string value)
    {
        await _host.StartAsync();
        Configure(key, value);

        Assert.Equal(5, _listeners.Listeners["default"].Reconfigured!.MaxSessions);
        Assert.Same(_listeners.Listeners["default"].Options.TokenValidator, _listeners.Listeners["default"].Reconfigured!.TokenValidator);
        Assert.DoesNotContain(Logs(), record => record.Id.Id == 2051);
    }

    [Fact]
    public async Task An_invalid_reload_reaches_no_listener_and_a_corrected_one_names_all_that_changed()
    {
        await _host.StartAsync();
        Configure("Udpack:Server:EndpointDefaults:Port", "9100");
        Configure("Udpack:Server:Handshake:MaxPending", "999999");
        Configure("Udpack:Server:Handshake:Timeout", "00:00:03");
        Assert.Equal(TimeSpan.FromSeconds(10), _listeners.Listeners["default"].Reconfigured!.HandshakeTimeout);

        Configure("Udpack:Server:Handshake:MaxPending", "500");

        Assert.Equal(TimeSpan.FromSeconds(3), _listeners.Listeners["default"].Reconfigured!.HandshakeTimeout);
        Assert.Equal(
            "Configuration changed: Udpack:Server:Handshake:MaxPending, Udpack:Server:Handshake:Timeout",
            Logs().Last(record => record.Id.Id == 2050).Message);
        Assert.Single(Logs(), record => record.Id.Id == 2051);
    }

    [Theory]
    [InlineData("Udpack:Server:EndpointDefaults:Port", "5")]
    [InlineData("Udpack:Server:Limits:ReceiveBufferBytes", "50000")]
    [InlineData("Udpack:Server:Handshake:IPv4PrefixLength", "20")]
    [InlineData("Udpack:Server:Endpoints:default:Port", "9001")]
    [InlineData("Udpack:Server:Endpoints:other:Limits:MaxSessions", "5")]
    public async Task Settings_that_need_a_restart_are_named(string key, string value)
    {
        await _host.StartAsync();
        Configure(key, value);

        Assert.EndsWith($"take effect with the next start: {key}", Assert.Single(Logs(), record => record.Id.Id == 2051).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_of_other_sections_is_not_mentioned()
    {
        await _host.StartAsync();
        Configure("Logging:LogLevel:Default", "Debug");

        Assert.DoesNotContain(Logs(), record => record.Id.Id is >= 2050 and <= 2053);
    }

    private void Configure(string key, string value)
    {
        var configuration = (IConfigurationRoot)_host.Services.GetRequiredService<IConfiguration>();
        configuration[key] = value;
        configuration.Reload();
    }

    private async Task<TimeSpan?> StopAsync()
    {
        _listeners.Listeners["default"].Drained.SetResult();
        await _host.StopAsync();
        return _listeners.Listeners["default"].DrainTimeout;
    }

    private IReadOnlyList<FakeLogRecord> Logs() => _host.Services.GetFakeLogCollector().GetSnapshot();
}
