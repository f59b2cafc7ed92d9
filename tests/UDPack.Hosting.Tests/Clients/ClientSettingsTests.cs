using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UDPack.Hosting.Clients;
using UDPack.Hosting.Tests.Keys;

namespace UDPack.Hosting.Tests.Clients;

public sealed class ClientSettingsTests : IDisposable
{
    private const string Path = "Udpack:Clients:echo";

    private readonly KeyFolder _folder = new();
    private readonly ServerKey _key = ServerKey.GenerateP256();
    private readonly Dictionary<string, string?> _settings;

    public ClientSettingsTests()
    {
        _folder.Write("k1.pub.pem", _key.PublicKey.ToPem());
        _settings = new()
        {
            [$"{Path}:RemoteEndPoint"] = "127.0.0.1:9000",
            [$"{Path}:ServerPublicKeyFile"] = "k1.pub.pem",
            [$"{Path}:Token"] = "tökén",
        };
    }

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_least_settings_give_the_core_librarys_defaults()
    {
        var options = Create();
        var defaults = new UdpackClientOptions { RemoteEndPoint = options.RemoteEndPoint, ServerPublicKey = _key.PublicKey, Token = default };

        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9000"), options.RemoteEndPoint);
        Assert.Equal(_key.PublicKey.KeyId, options.ServerPublicKey.KeyId);
        Assert.Equal("tökén", Encoding.UTF8.GetString(options.Token.Span));
        Assert.Equal(
            (defaults.Algorithm, defaults.MaxAttempts, defaults.RetryInterval, defaults.KeepAliveInterval),
            (options.Algorithm, options.MaxAttempts, options.RetryInterval, options.KeepAliveInterval));
        Assert.Equal(ValuesOf(defaults.Session), ValuesOf(options.Session));
    }

    [Fact]
    public void Every_setting_is_read()
    {
        _settings[$"{Path}:ServerPublicKeyFile"] = null;
        _settings[$"{Path}:ServerPublicKey"] = _key.PublicKey.ToPem();
        _settings[$"{Path}:Algorithm"] = "Aes128Gcm";
        _settings[$"{Path}:Handshake:RetryCount"] = "2";
        _settings[$"{Path}:Handshake:RetryInterval"] = "00:00:00.25";
        _settings[$"{Path}:KeepAlive"] = "00:00:04";
        _settings[$"{Path}:Session:IdleTimeout"] = "";
        _settings[$"{Path}:Session:MaxPacketBytes"] = "1100";
        _settings[$"{Path}:Session:SessionCreditBytes"] = "21301";
        _settings[$"{Path}:Session:MaxSessionCreditBytes"] = "21302";
        _settings[$"{Path}:Session:StreamCreditBytes"] = "21303";
        _settings[$"{Path}:Session:MaxStreamCreditBytes"] = "21304";
        _settings[$"{Path}:Session:MaxStreams"] = "5";
        _settings[$"{Path}:Session:SendBufferBytes"] = "1302";
        _settings[$"{Path}:Session:MaxSendBufferBytes"] = "1303";
        _settings[$"{Path}:Session:DatagramQueueBytes"] = "1304";
        _settings[$"{Path}:Session:Congestion"] = "Cubic";
        _settings[$"{Path}:Session:MaxUdpPayloadBytes"] = "1400";
        var options = Create();

        Assert.Equal(CipherAlgorithm.Aes128Gcm, options.Algorithm);
        Assert.Equal(3, options.MaxAttempts); // One first attempt and two repeats.
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.RetryInterval);
        Assert.Equal(TimeSpan.FromSeconds(4), options.KeepAliveInterval);
        var expected = new UdpackSessionOptions
        {
            IdleTimeout = null,
            MaxPacketBytes = 1100,
            SessionCreditBytes = 21301,
            MaxSessionCreditBytes = 21302,
            StreamCreditBytes = 21303,
            MaxStreamCreditBytes = 21304,
            MaxStreams = 5,
            SendBufferBytes = 1302,
            MaxSendBufferBytes = 1303,
            DatagramQueueBytes = 1304,
            Congestion = CongestionAlgorithm.Cubic,
            MaxUdpPayloadBytes = 1400,
        };
        Assert.Equal(ValuesOf(expected), ValuesOf(options.Session));
    }

    [Fact]
    public void Every_setting_of_a_session_is_read_under_its_name()
    {
        var given = new Dictionary<string, string>();
        foreach (var property in typeof(UdpackClientSessionSettings).GetProperties().Where(property => property.PropertyType == typeof(int)))
        {
            given[property.Name] = $"{20_000 + given.Count}";
            _settings[$"{Path}:Session:{property.Name}"] = given[property.Name];
        }

        _settings[$"{Path}:Session:Congestion"] = "cubic";
        var session = Create().Session;

        Assert.Equal(given, given.Keys.ToDictionary(name => name, name => $"{typeof(UdpackSessionOptions).GetProperty(name)!.GetValue(session)}"));
        Assert.True(given.Count >= 10);
        Assert.Equal(CongestionAlgorithm.Cubic, session.Congestion);
    }

    [Fact]
    public void Every_default_of_a_session_is_the_core_librarys()
    {
        var settings = new UdpackClientSessionSettings();
        var server = new UdpackServerOptions();
        var core = new UdpackSessionOptions();
        foreach (var property in typeof(UdpackSessionOptions).GetProperties())
        {
            var value = property.GetValue(core);
            Assert.Equal((property.Name, value), (property.Name, typeof(UdpackClientSessionSettings).GetProperty(property.Name)!.GetValue(settings)));
            object owner = typeof(UdpackServerLimits).GetProperty(property.Name) is null ? server.Session : server.Limits;
            Assert.Equal((property.Name, value), (property.Name, owner.GetType().GetProperty(property.Name)!.GetValue(owner)));
        }
    }

    [Theory]
    [InlineData("udpack.example:9000")]
    [InlineData("localhost:1")]
    public void A_server_can_have_a_name(string text)
    {
        _settings[$"{Path}:RemoteEndPoint"] = text;
        Assert.Equal(text, $"{((DnsEndPoint)Create().RemoteEndPoint).Host}:{((DnsEndPoint)Create().RemoteEndPoint).Port}");
    }

    [Fact]
    public void A_server_can_have_an_ipv6_address()
    {
        _settings[$"{Path}:RemoteEndPoint"] = "[::1]:9000";
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 9000), Create().RemoteEndPoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData(":9000")]
    [InlineData("::1:9000")]
    [InlineData("[::1:9000")]
    [InlineData("a b:9000")]
    public void A_bad_server_address_is_named(string text)
    {
        _settings[$"{Path}:RemoteEndPoint"] = text;
        Assert.Equal(
            $"{Path}:RemoteEndPoint has the invalid value '{text}'. Set it to the server's host:port, such as 127.0.0.1:9000.", Failure());
    }

    [Theory]
    [InlineData("0.0.0.0:9000", "0.0.0.0 stands for all addresses of a machine, which a server can listen on and a client cannot connect to. Set it to an address of the server; on this machine 127.0.0.1.")]
    [InlineData("[::]:9000", ":: stands for all addresses of a machine, which a server can listen on and a client cannot connect to. Set it to an address of the server; on this machine ::1.")]
    [InlineData("224.0.0.1:9000", "224.0.0.1 is a multicast or broadcast address. Set it to the server's own address.")]
    [InlineData("[fe80::1]:9000", "fe80::1 is link-local and does not say on which link. Add the interface's number, as in fe80::1%2 (ip link lists them).")]
    public void Addresses_that_nobody_is_reached_at_are_refused_with_the_fix(string text, string fix)
    {
        _settings[$"{Path}:RemoteEndPoint"] = text;

        Assert.Equal($"{Path}:RemoteEndPoint has the invalid value '{text}'. {fix}", Failure());
    }

    [Theory]
    [InlineData("Handshake:RetryCount", "-1", "has the invalid value '-1'. Set it to a whole number from 0 to 100.")]
    [InlineData("Handshake:RetryInterval", "x", "has the invalid value 'x'. Set it to a time as [d.]hh:mm:ss[.fff], such as 00:00:10 for ten seconds.")]
    [InlineData("Algorithm", "Rot13", "has the invalid value 'Rot13'. Set it to one of: Aes128Gcm, Aes256Gcm, ChaCha20Poly1305.")]
    [InlineData("Session:Congestion", "Reno", "has the invalid value 'Reno'. Set it to one of: Cubic, Bbr.")]
    [InlineData("Session:MaxStreamCreditBytes", "20000", "has the invalid value '20000'. Set it to at least Udpack:Clients:echo:Session:StreamCreditBytes (262144).")]
    [InlineData("InitialConnect", "Panic", "has the invalid value 'Panic'. Set it to one of: RetryInBackground, Throw.")]
    [InlineData("PendingSends", "Drop", "has the invalid value 'Drop'. Set it to one of: Wait, Fail.")]
    [InlineData("Reconnect:Enabled", "perhaps", "has the invalid value 'perhaps'. Set it to true or false.")]
    [InlineData("Reconnect:InitialDelay", "00:00:00.001", "has the invalid value '00:00:00.001'. Set it to a time from 00:00:00.01 to 1.00:00:00.")]
    [InlineData("Reconnect:MaxDelay", "00:00:00.5", "has the invalid value '00:00:00.5'. Set it to at least Udpack:Clients:echo:Reconnect:InitialDelay (00:00:01).")]
    [InlineData("KeepAlive", "00:00:11", "has the invalid value '00:00:11'. Set it to at most a third of Udpack:Clients:echo:Session:IdleTimeout (00:00:30), or raise that.")]
    [InlineData("Reconnect:Multiplier", "0.9", "has the invalid value '0.9'. Set it to a number from 1 to 10.")]
    [InlineData("Reconnect:Jitter", "half", "has the invalid value 'half'. Set it to a number, such as 0.5.")]
    [InlineData("Reconnect:Jitter", "1.1", "has the invalid value '1.1'. Set it to a number from 0 to 1.")]
    [InlineData("Reconnect:MaxAttempts", "0", "has the invalid value '0'. Set it to a whole number from 1 to 2147483647.")]
    [InlineData("Reconnect:MaxDely", "00:00:01", "is not a known setting. Did you mean Udpack:Clients:echo:Reconnect:MaxDelay?")]
    [InlineData("Tokn", "x", "is not a known setting. Did you mean Udpack:Clients:echo:Token?")]
    [InlineData("Token", "", "is not set. Set it to the token that the server checks.")]
    public void Bad_settings_name_key_value_and_fix(string key, string value, string message)
    {
        _settings[$"{Path}:{key}"] = value;
        Assert.Equal($"{Path}:{key} {message}", Failure());
    }

    [Fact]
    public void A_missing_key_file_is_named()
    {
        _settings[$"{Path}:ServerPublicKeyFile"] = "nope.pem";
        Assert.StartsWith($"{Path}:ServerPublicKeyFile: the file {_folder.Path("nope.pem")} cannot be read: ", Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_is_refused()
    {
        _folder.Write("k1.pub.pem", _key.ExportPkcs8Pem());
        Assert.StartsWith($"{Path}:ServerPublicKeyFile: the file {_folder.Path("k1.pub.pem")} is not a server's public key", Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_hides_no_wrong_value_and_what_it_meant_is_not_missed_twice()
    {
        _settings.Remove($"{Path}:Token");
        _settings[$"{Path}:Tokn"] = "x";
        _settings[$"{Path}:KeepAlive"] = "soon";
        _settings[$"{Path}:Reconnect:Jitter"] = "2";
        _settings[$"{Path}:Reconnect:InitialDelay"] = "00:00:03";
        var failures = Assert.Throws<OptionsValidationException>(Create).Failures.ToArray();
        string[] expected =
        [
            $"{Path}:Tokn is not a known setting. Did you mean {Path}:Token?",
            $"{Path}:KeepAlive has the invalid value 'soon'. Set it to a time",
            $"{Path}:Reconnect:Jitter has the invalid value '2'. Set it to a number from 0 to 1.",
            $"{Path}:Reconnect:MaxDelay has the invalid value '00:00:02'. Set it to at least {Path}:Reconnect:InitialDelay (00:00:03).",
        ];
        Assert.All(expected, beginning => Assert.Single(failures, failure => failure.StartsWith(beginning, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, failures.Length);
    }

    [Fact]
    public void A_key_is_required_once()
    {
        _settings[$"{Path}:ServerPublicKey"] = _key.PublicKey.ToPem();
        Assert.Equal($"{Path} has both ServerPublicKeyFile and ServerPublicKey. Keep one of them.", Failure());
        _settings.Remove($"{Path}:ServerPublicKey");
        _settings.Remove($"{Path}:ServerPublicKeyFile");
        Assert.Equal($"{Path}:ServerPublicKeyFile is not set. Set it to the server's public key, the file *.pub.pem.", Failure());
    }

    [Fact]
    public void The_hosts_services_and_code_reach_the_client()
    {
        var builder = TestHost.CreateBuilder(_settings.Select(pair => (pair.Key, pair.Value)), contentRoot: _folder.FullName);
        var time = new FakeTimeProvider();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddUdpackClient("echo", settings => settings.Token = "other");
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<ClientParts>().CreateOptions(
            "echo", host.Services.GetRequiredService<IOptionsMonitor<UdpackClientSettings>>().Get("echo"));
        Assert.Equal("other", Encoding.UTF8.GetString(options.Token.Span));
        Assert.Same(time, options.TimeProvider);
        Assert.NotNull(options.LoggerFactory);
    }

    private static IEnumerable<(string Name, object? Value)> ValuesOf(UdpackSessionOptions options) =>
        typeof(UdpackSessionOptions).GetProperties().Select(property => (property.Name, property.GetValue(options)));

    private UdpackClientOptions Create() =>
        new ConfigurationBuilder().AddInMemoryCollection(_settings).Build().GetSection(Path).CreateUdpackClientOptions(_folder.FullName);

    private string Failure() => Assert.Single(Assert.Throws<OptionsValidationException>(Create).Failures);
}
