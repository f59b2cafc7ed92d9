using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Keys;

/// <summary>
/// Keys from PEM files. A change of the configuration takes effect at once, so that a key that was removed admits nobody; one that cannot be used yet
/// does so as far as it removes keys. A change of the files takes effect when it has been quiet for one interval, since files are rarely written in one
/// piece. What cannot be used then is logged, and the keys stay.
/// </summary>
internal sealed partial class PemFileKeyStore : IKeyStore, IDisposable
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private readonly IOptionsFactory<UdpackKeysOptions> _factory;
    private readonly UdpackConfiguration _configuration;
    private readonly IHostEnvironment _environment;
    private readonly ILogger<PemFileKeyStore> _logger;
    private readonly ChangeSignal _changed = new();
    private readonly Lock _gate = new();
    private readonly ITimer _poll;
    private readonly IDisposable? _configurationWatch;
    private UdpackKeysOptions _options;
    private volatile ServerKeyRing _current;
    private string _loadedStamp;
    private string _lastStamp;
    private bool _disposed;

    public PemFileKeyStore(
        IOptionsFactory<UdpackKeysOptions> factory,
        UdpackConfiguration configuration,
        IHostEnvironment environment,
        TimeProvider timeProvider,
        ILogger<PemFileKeyStore> logger)
    {
        _factory = factory;
        _configuration = configuration;
        _environment = environment;
        _logger = logger;
        _options = factory.Create(Options.DefaultName);
        _loadedStamp = _lastStamp = Stamp(_options);
        var problems = new List<string>();
        _current = Load(_options, problems) ?? throw new OptionsValidationException(Options.DefaultName, typeof(UdpackKeysOptions), problems);
        WarnOfOpenFiles(_options);
        LogLoaded(_current.Keys.Count, _current.Active.PublicKey.KeyIdText);
        _poll = timeProvider.CreateTimer(static store => ((PemFileKeyStore)store!).Poll(), this, PollInterval, PollInterval);
        if (configuration.Keys is { } section)
        {
            _configurationWatch = ChangeToken.OnChange(section.GetReloadToken, OnConfigurationChanged);
        }
    }

    public ServerKeyRing Current => _current;

    public IChangeToken GetChangeToken() => _changed.Token;

    public void Dispose()
    {
        _configurationWatch?.Dispose();
        _poll.Dispose();
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (var key in _current.Keys)
            {
                key.Dispose();
            }
        }
    }

    private void OnConfigurationChanged() => Guarded(ApplyConfiguration);

    private void Poll() => Guarded(LookForChange);

    private void Guarded(Func<bool> change)
    {
        try
        {
            // Outside the lock: whoever listens is not our code.
            if (change())
            {
                _changed.Fire();
            }
        }
#pragma warning disable CA1031 // Options are configured by any code of the application, and a timer's callback must not throw.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogReloadFailed(exception, _configuration.KeysPath);
        }
    }

    private bool LookForChange()
    {
        var replaced = false;
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            var stamp = Stamp(_options);
            if (stamp == _lastStamp && stamp != _loadedStamp)
            {
                _loadedStamp = stamp;
                replaced = Reload();
            }

            _lastStamp = stamp;
        }

        return replaced;
    }

    private bool ApplyConfiguration()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            try
            {
                _options = _factory.Create(Options.DefaultName);
            }
            catch (OptionsValidationException exception)
            {
                LogReloadRefused(string.Join(" ", exception.Failures));
                return false;
            }

            var stamp = Stamp(_options);
            if (Load(_options, []) is { } loaded)
            {
                _loadedStamp = _lastStamp = stamp;
                return Use(loaded);
            }

            // Perhaps its files are still being written: read again once they are quiet, and what is wrong then is said. What goes, goes now.
            _lastStamp = stamp;
            _loadedStamp = "";
            return KeyRingMerge.WithoutRemoved(_current, _options) is { } rest && Use(rest);
        }
    }

    private bool Reload()
    {
        var problems = new List<string>();
        var loaded = Load(_options, problems);
        if (loaded is null)
        {
            foreach (var problem in problems)
            {
                LogReloadRefused(problem);
            }

            return false;
        }

        return Use(loaded);
    }

    private bool Use(ServerKeyRing loaded)
    {
        WarnOfOpenFiles(_options);
        var (ring, differs, retired) = KeyRingMerge.KeepKnownKeys(_current, loaded);
        _current = ring;
        foreach (var key in retired)
        {
            // A key in use by a handshake finishes that handshake.
            key.Dispose();
        }

        if (!differs)
        {
            return false;
        }

        LogRotated(ring.Keys.Count, ring.Active.PublicKey.KeyIdText);
        return true;
    }

    private ServerKeyRing? Load(UdpackKeysOptions options, List<string> problems) =>
        KeyRingLoader.Load(options, _configuration.KeysPath, _environment.ContentRootPath, _environment.IsDevelopment(), problems);

    private string Stamp(UdpackKeysOptions options) => FileStamps.Of(KeyRingLoader.Files(options, _environment.ContentRootPath));

    private void WarnOfOpenFiles(UdpackKeysOptions options)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (var file in KeyRingLoader.Files(options, _environment.ContentRootPath))
        {
            // A file that has just vanished is not worth a word here; the next look will tell.
            if (File.Exists(file) && (File.GetUnixFileMode(file) & Others) != 0)
            {
                LogFileIsOpen(file);
            }
        }
    }
}
