using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
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
    private Dictionary<string, string?> _values;
    private volatile UdpackClientSettings? _current;

    public ClientSettingsSource(
        string client, IOptionsFactory<UdpackClientSettings> factory, IConfiguration? configuration, ILogger<ClientSettingsSource> logger)
    {
        Name = client;
        _path = ClientRegistrations.PathOf(client);
        _factory = factory;
        _section = configuration?.GetSection(_path);
        _logger = logger;
        _values = Flatten();
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
            var values = Flatten();
            var changed = values.Keys.Union(_values.Keys)
                .Where(key => values.GetValueOrDefault(key) != _values.GetValueOrDefault(key))
                .Order(StringComparer.Ordinal)
                .ToArray();
            if (changed.Length == 0)
            {
                return;
            }

            _values = values;
            try
            {
                _current = _factory.Create(Name);
                LogReloaded(string.Join(", ", changed));
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

    private Dictionary<string, string?> Flatten() =>
        (_section?.AsEnumerable() ?? [])
            .Where(pair => pair.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
}
