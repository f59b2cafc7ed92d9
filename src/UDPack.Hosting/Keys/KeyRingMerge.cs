
namespace UDPack.Hosting.Keys;

/// <summary>Replaces a ring by another, keeping the key objects that both have: handshakes may be using them.</summary>
internal static class KeyRingMerge
{
    /// <summary>The ring without the keys that the settings do not name any more; null if nothing is left, or nothing goes.</summary>
    public static ServerKeyRing? WithoutRemoved(ServerKeyRing ring, UdpackKeysOptions options)
    {
        var kept = ring.Keys.Where(key => key.Name is { } name && options.Ring.Keys.Contains(name, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (kept.Length == 0 || kept.Length == ring.Keys.Count)
        {
            return null;
        }

        var active = kept.FirstOrDefault(key => string.Equals(key.Name, options.Active, StringComparison.OrdinalIgnoreCase))
            ?? kept.FirstOrDefault(key => key == ring.Active)
            ?? kept[0];
        return new ServerKeyRing(active, kept.Where(key => key != active));
    }

    /// <returns>The ring to use from now on, whether it differs from the old one, and the old keys that it does not have.</returns>
    public static (ServerKeyRing Ring, bool Differs, IReadOnlyList<ServerKey> Retired) KeepKnownKeys(ServerKeyRing old, ServerKeyRing loaded)
    {
        var added = 0;
        var ring = new ServerKeyRing(Keep(loaded.Active), loaded.Keys.Where(key => key != loaded.Active).Select(Keep).ToArray());
        var retired = old.Keys.Where(key => ring.Find(key.PublicKey.KeyId) is null).ToArray();
        return (ring, added > 0 || retired.Length > 0 || !ReferenceEquals(old.Active, ring.Active), retired);

        ServerKey Keep(ServerKey key)
        {
            if (old.Find(key.PublicKey.KeyId) is not { } known)
            {
                added++;
                return key;
            }

            if (ReferenceEquals(known, key))
            {
                return key;
            }

            known.Name = key.Name;
            key.Dispose();
            return known;
        }
    }
}
