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

    [Fact]
    public async Task Settings_that_need_a_restart_are_named()
    {
        await _host.StartAsync();
        Configure("Udpack:Server:Limits:MaxSessions", "5");

        Assert.EndsWith("take effect with the next start: Udpack:Server:Limits:MaxSessions", Assert.Single(Logs(), record => record.Id.Id == 2051).Message, StringComparison.Ordinal);
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
