using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace UDPack.Hosting.Configuration;

/// <summary>
/// The last good snapshot of the server's options. IOptionsMonitor would throw a bad reload into the thread that
/// watches the configuration, which can end the process.
/// </summary>
internal sealed partial class ServerSettings : IDisposable
{
    private readonly IOptionsFactory<UdpackServerOptions> _factory;
    private readonly UdpackConfiguration _configuration;
    private readonly ILogger<ServerSettings> _logger;
    private readonly IDisposable? _watch;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _endpoints;
    private Dictionary<string, string?> _seen;
    private Dictionary<string, string?> _taken;
    private volatile UdpackServerOptions _current;

    public ServerSettings(IOptionsFactory<UdpackServerOptions> factory, UdpackConfiguration configuration, ILogger<ServerSettings> logger)
    {
        _factory = factory;
        _configuration = configuration;
        _logger = logger;
        _seen = _taken = SettingValues.Of(_configuration.Server);
        _current = factory.Create(Options.DefaultName);
        _endpoints = EndpointPlan.CreateAll(_current).Select(plan => plan.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (configuration.Server is { } section)
        {
            _watch = ChangeToken.OnChange(section.GetReloadToken, Reload);
        }
    }

    /// <summary>A good snapshot replaced the last one.</summary>
    public event Action<UdpackServerOptions>? Changed;

    public UdpackServerOptions Current => _current;

    public void Dispose() => _watch?.Dispose();

    private void Reload()
    {
        lock (_gate)
        {
            // Any section of the configuration fires the token; only ours matters.
            var values = SettingValues.Of(_configuration.Server);
            if (SettingValues.Differences(values, _seen).Length == 0)
            {
                return;
            }

            _seen = values;
            try
            {
                _current = _factory.Create(Options.DefaultName);
                Changed?.Invoke(_current);
            }
            catch (OptionsValidationException e)
            {
                foreach (var failure in e.Failures)
                {
                    LogReloadRefused(failure);
                }

                return;
            }
#pragma warning disable CA1031 // Options can be configured by any code of the application, and this is a callback that must not throw.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogReloadFailed(e, _configuration.ServerPath);
                return;
            }

            // What changed while the configuration was bad takes effect only now, and is named now.
            var changed = SettingValues.Differences(values, _taken);
            _taken = values;
            LogReloaded(string.Join(", ", changed));
            var later = changed.Where(NeedsRestart).ToArray();
            if (later.Length > 0)
            {
                LogNeedsRestart(string.Join(", ", later));
            }
        }
    }

    private bool NeedsRestart(string key) =>
        LiveSettings.NeedsRestart(key[(_configuration.ServerPath.Length + 1)..], _endpoints.Contains);
}
