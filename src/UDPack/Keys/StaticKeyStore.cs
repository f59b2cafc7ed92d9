using Microsoft.Extensions.Primitives;

namespace UDPack;

/// <summary>A key store whose keys never change: for tests, and for keys that come from elsewhere, such as a vault. Thread-safe.</summary>
public sealed class StaticKeyStore : IKeyStore
{
    /// <summary>Creates the store. The keys stay the caller's to dispose, once no listener uses them.</summary>
    public StaticKeyStore(ServerKeyRing keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Current = keys;
    }

    /// <inheritdoc/>
    public ServerKeyRing Current { get; }

    /// <summary>A token that never fires.</summary>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);
}
