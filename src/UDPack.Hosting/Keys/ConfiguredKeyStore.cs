using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace UDPack.Hosting.Keys;

/// <summary>
/// The key store of a server that was not told which: the configured keys if there are any, the development key in
/// Development, else an error that says what to configure.
/// </summary>
internal sealed class ConfiguredKeyStore(IServiceProvider services, IOptions<UdpackKeysOptions> options, IHostEnvironment environment) : IKeyStore
{
    // Resolved once; the stores themselves are services, and disposed as such.
    private readonly IKeyStore _store = options.Value.Ring.Count == 0 && options.Value.Active is null && environment.IsDevelopment()
        ? services.GetRequiredService<DevelopmentKeyStore>()
        : services.GetRequiredService<PemFileKeyStore>();

    public ServerKeyRing Current => _store.Current;

    public IChangeToken GetChangeToken() => _store.GetChangeToken();
}
