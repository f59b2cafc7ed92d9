using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using UDPack.Hosting.Keys;

namespace UDPack.Hosting.Tests.Keys;

public sealed class KeyRotationTests : IDisposable
{
    private readonly KeyFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RemovableSettings _settings = new();
    private readonly IHost _host;
    private readonly string _first;

    public KeyRotationTests()
    {
        _first = _folder.WriteKey("k1.key.pem");
        var builder = TestHost.CreateBuilder([("Udpack:Keys:Active", "k1")], contentRoot: _folder.FullName);
        _settings.Set("Udpack:Keys:Ring:k1:File", "k1.key.pem");
        ((IConfigurationBuilder)builder.Configuration).Add(_settings);
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddUdpackServer();
        _host = builder.Build();
        Store.GetChangeToken().RegisterChangeCallback(_ => Changes++, null);
    }

    private IKeyStore Store => _host.Services.GetRequiredService<IKeyStore>();

    private string Active => Store.Current.Active.PublicKey.KeyIdText;

    private int Changes { get; set; }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_new_file_replaces_the_key_once_it_is_quiet()
    {
        var old = Store.Current.Active;
        var second = _folder.WriteKey("k1.key.pem");

        Poll();
        Assert.Equal(_first, Active);
        Poll();
        Assert.Equal(second, Active);
        Assert.Equal(1, Changes);
        Assert.Throws<ObjectDisposedException>(() => old.ExportPkcs8Pem());
    }

    [Fact]
    public void A_bad_file_keeps_the_last_good_key_and_is_logged_once()
    {
        _folder.Write("k1.key.pem", "half a k");

        Poll(5);

        Assert.Equal(_first, Active);
        Assert.Equal(0, Changes);
        var record = Assert.Single(Logs(), record => record.Id.Id == 2032);
        Assert.Contains($"Udpack:Keys:Ring:k1:File: the file {_folder.Path("k1.key.pem")} is not PEM", record.Message, StringComparison.Ordinal);

        var second = _folder.WriteKey("k1.key.pem");
        Poll(2);
        Assert.Equal(second, Active);
    }

    [Fact]
    public void A_vanished_file_keeps_the_key()
    {
        File.Delete(_folder.Path("k1.key.pem"));
        Poll(3);

        Assert.Equal(_first, Active);
        Assert.Single(Logs(), record => record.Id.Id == 2032);
    }

    [Fact]
    public void A_swapped_directory_link_is_noticed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(_folder.Path("v1"));
        Directory.CreateDirectory(_folder.Path("v2"));
        _folder.WriteKey("v1/key.pem");
        var second = _folder.WriteKey("v2/key.pem");
        File.SetLastWriteTimeUtc(_folder.Path("v2/key.pem"), File.GetLastWriteTimeUtc(_folder.Path("v1/key.pem")));
        Directory.CreateSymbolicLink(_folder.Path("data"), "v1");
        File.Delete(_folder.Path("k1.key.pem"));
        File.CreateSymbolicLink(_folder.Path("k1.key.pem"), "data/key.pem");
        Poll(2);
        Assert.NotEqual(_first, Active);

        Directory.Delete(_folder.Path("data"));
        Directory.CreateSymbolicLink(_folder.Path("data"), "v2");
        Poll(2);
        Assert.Equal(second, Active);
    }

    [Fact]
    public void A_configuration_change_adds_a_key_and_keeps_the_known_one()
    {
        var old = Store.Current.Active;
        var second = _folder.WriteKey("k2.key.pem");
        Configure(("Udpack:Keys:Ring:k2:File", "k2.key.pem"), ("Udpack:Keys:Active", "k2"));

        Poll(2);

        Assert.Equal(second, Active);
        Assert.Same(old, Store.Current.Find(old.PublicKey.KeyId));
        Assert.Equal(1, Changes);
    }

    [Fact]
    public void A_key_that_is_removed_is_gone_at_once()
    {
        var old = Store.Current.Active;
        var second = _folder.WriteKey("k2.key.pem");
        Configure(("Udpack:Keys:Ring:k2:File", "k2.key.pem"), ("Udpack:Keys:Active", "k2"));
        Assert.Equal(second, Active);
        Assert.NotNull(Store.Current.Find(old.PublicKey.KeyId));

        Configure(("Udpack:Keys:Ring:k1:File", null));

        Assert.Null(Store.Current.Find(old.PublicKey.KeyId));
        Assert.Throws<ObjectDisposedException>(() => old.ExportPkcs8Pem());
    }

    [Fact]
    public void A_removed_key_is_gone_at_once_also_when_the_new_ones_file_is_still_to_come()
    {
        var old = Store.Current.Active;
        var second = _folder.WriteKey("k2.key.pem");
        Configure(("Udpack:Keys:Ring:k2:File", "k2.key.pem"));

        Configure(("Udpack:Keys:Ring:k1:File", null), ("Udpack:Keys:Ring:k3:File", "k3.key.pem"), ("Udpack:Keys:Active", "k3"));

        Assert.Null(Store.Current.Find(old.PublicKey.KeyId));
        Assert.Equal(second, Active);
        Assert.DoesNotContain(Logs(), record => record.Id.Id == 2032);
        var third = _folder.WriteKey("k3.key.pem");
        Poll(2);
        Assert.Equal(third, Active);
        Assert.DoesNotContain(Logs(), record => record.Id.Id == 2032);
    }

    [Fact]
    public void A_configuration_whose_file_does_not_come_is_told_once()
    {
        Configure(("Udpack:Keys:Ring:k2:File", "k2.key.pem"), ("Udpack:Keys:Active", "k2"));
        Poll(5);
        Assert.Equal(_first, Active);
        Assert.Contains("k2.key.pem", Assert.Single(Logs(), record => record.Id.Id == 2032).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_have_their_names_for_logs()
    {
        Assert.Equal("k1", Store.Current.Active.Name);
        Configure(("Udpack:Keys:Ring:k1:File", null), ("Udpack:Keys:Ring:prime:File", "k1.key.pem"), ("Udpack:Keys:Active", "prime"));
        Assert.Equal(("prime", _first), (Store.Current.Active.Name, Active));
    }

    [Fact]
    public void A_wrong_configuration_keeps_the_ring_and_names_the_key()
    {
        Configure(("Udpack:Keys:Activ", "k2"));
        Poll(2);
        Assert.Equal(_first, Active);
        Assert.Contains("Udpack:Keys:Activ is not a known setting. Did you mean Udpack:Keys:Active?", Assert.Single(Logs(), record => record.Id.Id == 2032).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_change_elsewhere_changes_nothing()
    {
        var ring = Store.Current;
        Configure(("Logging:LogLevel:Default", "Debug"));
        Poll(2);

        Assert.Same(ring.Active, Store.Current.Active);
        Assert.Equal(0, Changes);
    }

    [Fact]
    public void Disposal_forgets_the_keys()
    {
        var key = Store.Current.Active;
        _host.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.ExportPkcs8Pem());
    }

    private void Configure(params (string Key, string? Value)[] settings)
    {
        var configuration = (IConfigurationRoot)_host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            if (value is null)
            {
                _settings.Remove(key);
            }
            else
            {
                configuration[key] = value;
            }
        }

        configuration.Reload();
    }

    private void Poll(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(PemFileKeyStore.PollInterval);
        }
    }

    private sealed class RemovableSettings : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Remove(string key) => Data.Remove(key);
    }

    private IReadOnlyList<FakeLogRecord> Logs() => _host.Services.GetFakeLogCollector().GetSnapshot();
}
