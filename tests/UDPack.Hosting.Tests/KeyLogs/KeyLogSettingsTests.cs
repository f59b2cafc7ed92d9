using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Clients;
using UDPack.Hosting.KeyLogs;
using UDPack.Hosting.Tests.Fakes;
using UDPack.Hosting.Tests.Keys;

namespace UDPack.Hosting.Tests.KeyLogs;

public sealed class KeyLogSettingsTests : IDisposable
{
    private const string Client = "Udpack:Clients:echo";

    private readonly KeyFolder _folder = new();
    private readonly FakeListenerFactory _listeners = new();
    private readonly ServerKey _key = ServerKey.GenerateP256();

    private string File => _folder.Path("keys.log");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Off_by_default()
    {
        using var host = TestHost.CreateServerBuilder(_listeners, []).Build();
        await host.StartAsync();

        Assert.Null(_listeners.Listeners["default"].Options.KeyLog);
        Assert.Null(CreateClient("Development").KeyLog);
        Assert.DoesNotContain(Logs(host), static record => record.Id.Id is 2090 or 2190);
    }

    [Theory]
    [InlineData("Development", null)]
    [InlineData("Development", "false")]
    [InlineData("Production", "true")]
    public async Task A_server_that_logs_keys_warns(string environment, string? allowed)
    {
        using var host = TestHost.CreateServerBuilder(_listeners, Server(allowed), environment).Build();
        await host.StartAsync();

        Assert.NotNull(_listeners.Listeners["default"].Options.KeyLog);
        var record = Assert.Single(Logs(host), static record => record.Id.Id == 2090);
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.StartsWith("Udpack:Server:KeyLogFile is on: the SECRETS OF ALL SESSIONS", record.Message, StringComparison.Ordinal);
        Assert.Contains(File, record.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Outside_development_a_server_does_not_start_with_one_by_mistake(string environment)
    {
        using var host = TestHost.CreateServerBuilder(_listeners, Server(null), environment).Build();

        var failure = Assert.Single((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Failures);

        Assert.Equal(
            "Udpack:Server:KeyLogFile is set: it would have the secrets of all sessions written to a file, and this is not the Development environment. "
            + "Remove it, or set Udpack:Server:AllowKeyLog to true if you mean it.",
            failure);
        Assert.False(System.IO.File.Exists(File));
        Assert.Empty(_listeners.Listeners);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_fails_the_start()
    {
        using var host = TestHost.CreateServerBuilder(_listeners, [("Udpack:Server:KeyLogFile", _folder.Path("missing/keys.log"))]).Build();

        var failure = Assert.Single((await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Failures);

        Assert.StartsWith($"Udpack:Server:KeyLogFile: the file {_folder.Path("missing/keys.log")} cannot be written: ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_follow_the_same_rule()
    {
        Assert.Contains("AllowKeyLog", Failure(() => CreateClient("Production", log: true)), StringComparison.Ordinal);
        Assert.NotNull(CreateClient("Development", log: true).KeyLog);
        Assert.NotNull(CreateClient("Production", log: true, allowed: true).KeyLog);
    }

    [Fact]
    public void Outside_a_host_no_environment_is_known_so_it_must_be_allowed()
    {
        var section = Configuration(log: true, allowed: false).GetSection(Client);
        Assert.StartsWith($"{Client}:KeyLogFile is set", Failure(() => section.CreateUdpackClientOptions(_folder.Path("."))), StringComparison.Ordinal);

        section = Configuration(log: true, allowed: true).GetSection(Client);
        Assert.NotNull(section.CreateUdpackClientOptions(_folder.Path(".")).KeyLog);
        Assert.True(System.IO.File.Exists(File));
    }

    private static string Failure(Action action) => Assert.Single(Assert.Throws<OptionsValidationException>(action).Failures);

    private static IReadOnlyList<Microsoft.Extensions.Logging.Testing.FakeLogRecord> Logs(IHost host) => host.Services.GetFakeLogCollector().GetSnapshot();

    private (string Key, string? Value)[] Server(string? allowed) => allowed is null
        ? [("Udpack:Server:KeyLogFile", File)]
        : [("Udpack:Server:KeyLogFile", File), ("Udpack:Server:AllowKeyLog", allowed)];

    private IConfigurationRoot Configuration(bool log, bool allowed)
    {
        _folder.Write("k1.pub.pem", _key.PublicKey.ToPem());
        return new ConfigurationBuilder().AddInMemoryCollection(TestHost.Pairs(
        [
            ($"{Client}:RemoteEndPoint", "127.0.0.1:9000"),
            ($"{Client}:ServerPublicKeyFile", "k1.pub.pem"),
            ($"{Client}:Token", "token"),
            ($"{Client}:KeyLogFile", log ? "keys.log" : null),
            ($"{Client}:AllowKeyLog", allowed ? "true" : "false"),
        ])).Build();
    }

    private UdpackClientOptions CreateClient(string environment, bool log = false, bool allowed = false)
    {
        var builder = TestHost.CreateBuilder([], environment, _folder.Path("."));
        using var host = builder.Build();
        var settings = ClientOptionsFactory.Read(Configuration(log, allowed).GetSection(Client));
        using var keyLogs = new KeyLogFiles(
            host.Services.GetRequiredService<IHostEnvironment>(), host.Services.GetRequiredService<ILogger<UdpackKeyLog>>());
        var options = ClientOptionsFactory.Create(settings, Client, _folder.Path("."), keyLogs: keyLogs);
        Assert.Equal(options.KeyLog is null ? 0 : 1, Logs(host).Count(static record => record.Id.Id == 2190));
        return options;
    }
}
