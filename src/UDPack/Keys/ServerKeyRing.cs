using System.Collections.Frozen;
using UDPack.Protocol;

namespace UDPack;

/// <summary>
/// An immutable set of server keys: the active one, which new clients should be given, and older ones that are still
/// accepted. Handshakes name the key they were sealed for, so keys can overlap for as long as old clients exist.
/// </summary>
public sealed class ServerKeyRing
{
    private readonly FrozenDictionary<uint, ServerKey> _byId;

    /// <summary>Creates a ring.</summary>
    /// <param name="active">The key to hand to new clients.</param>
    /// <param name="others">Further keys that are still accepted.</param>
    public ServerKeyRing(ServerKey active, params IEnumerable<ServerKey> others)
    {
        ArgumentNullException.ThrowIfNull(active);
        ArgumentNullException.ThrowIfNull(others);
        Active = active;
        var byId = new Dictionary<uint, ServerKey> { [active.PublicKey.KeyId] = active };
        foreach (var key in others)
        {
            byId.TryAdd(key.PublicKey.KeyId, key);
        }

        _byId = byId.ToFrozenDictionary();
    }

    /// <summary>The key to hand to new clients.</summary>
    public ServerKey Active { get; }

    /// <summary>All keys that open a shakehand.</summary>
    public IReadOnlyCollection<ServerKey> Keys => _byId.Values;

    /// <summary>The key with this id, or null.</summary>
    public ServerKey? Find(uint keyId) => _byId.GetValueOrDefault(keyId);
}
