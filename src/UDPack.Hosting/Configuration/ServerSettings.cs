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
    private const string LiveKey = "Shutdown:DrainTimeout";

    private readonly IOptionsFactory<UdpackServerOptions> _factory;
    private readonly UdpackConfiguration _configuration;
    private readonly ILogger<ServerSettings> _logger;
    private readonly IDisposable? _watch;
    private readonly Lock _gate = new();
    private Dictionary<string, string?> _values;
    private volatile UdpackServerOptions _current;

    public ServerSettings(IOptionsFactory<UdpackServerOptions> factory, UdpackConfiguration configuration, ILogger<ServerSettings> logger)
    {
        _factory = factory;
        _configuration = configuration;
        _logger = logger;
        _values = Flatten();
        _current = factory.Create(Options.DefaultName);
        if (configuration.Server is { } section)
        {
            _watch = ChangeToken.OnChange(section.GetReloadToken, Reload);
        }
    }

    public UdpackServerOptions Current => _current;

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
                _current = _factory.Create(Options.DefaultName);
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

            var later = changed.Where(key => !key.Equals($"{_configuration.ServerPath}:{LiveKey}", StringComparison.OrdinalIgnoreCase)).ToArray();
            LogReloaded(string.Join(", ", changed));
            if (later.Length > 0)
            {
                LogNeedsRestart(string.Join(", ", later));
            }
        }
    }

    private Dictionary<string, string?> Flatten() =>
        (_configuration.Server?.AsEnumerable() ?? [])
            .Where(pair => pair.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
}
