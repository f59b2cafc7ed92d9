using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using UDPack.Hosting.Configuration;
using UDPack.Hosting.Keys;

namespace UDPack.Hosting.Clients;

/// <summary>
/// The last good settings of a client. IOptionsMonitor is told of a change only when it is a good one: it would throw a bad
/// one into the thread that watches the configuration, which can end the process.
/// </summary>
internal sealed partial class ClientSettingsSource : IOptionsChangeTokenSource<UdpackClientSettings>, IDisposable
{
    private readonly string _path;
    private readonly IOptionsFactory<UdpackClientSettings> _factory;
    private readonly IConfigurationSection? _section;
    private readonly ILogger _logger;
    private readonly IDisposable? _watch;
    private readonly ChangeSignal _changed = new();
    private readonly Lock _gate = new();
    private Dictionary<string, string?> _seen;
    private Dictionary<string, string?> _taken;
    private volatile UdpackClientSettings? _current;

    public ClientSettingsSource(
        string client, IOptionsFactory<UdpackClientSettings> factory, IConfiguration? configuration, ILogger<ClientSettingsSource> logger)
    {
        Name = client;
        _path = ClientRegistrations.PathOf(client);
        _factory = factory;
        _section = configuration?.GetSection(_path);
        _logger = logger;
        _seen = _taken = SettingValues.Of(_section);
        if (_section is not null)
        {
            _watch = ChangeToken.OnChange(_section.GetReloadToken, Reload);
        }
    }

    public string Name { get; }

    /// <exception cref="OptionsValidationException">There were never any good ones.</exception>
    public UdpackClientSettings Current
    {
        get
        {
            if (_current is { } known)
            {
                return known;
            }

            lock (_gate)
            {
                return _current ??= _factory.Create(Name);
            }
        }
    }

    public IChangeToken GetChangeToken() => _changed.Token;

    public void Dispose() => _watch?.Dispose();

    private void Reload()
    {
        lock (_gate)
        {
            // Any section of the configuration fires the token; only ours matters.
            var values = SettingValues.Of(_section);
            if (SettingValues.Differences(values, _seen).Length == 0)
            {
                return;
            }

            _seen = values;
            try
            {
                _current = _factory.Create(Name);

                // What changed while the configuration was bad takes effect only now, and is named now.
                LogReloaded(string.Join(", ", SettingValues.Differences(values, _taken)));
                _taken = values;
                _changed.Fire();
            }
            catch (OptionsValidationException e)
            {
                foreach (var failure in e.Failures)
                {
                    LogReloadRefused(failure);
                }
            }
#pragma warning disable CA1031 // Options can be configured, and listened to, by any code of the application, and this is a callback that must not throw.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogReloadFailed(e, _path);
            }
        }
    }
}
