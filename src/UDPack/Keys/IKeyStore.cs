using Microsoft.Extensions.Primitives;

namespace UDPack;

/// <summary>Where a server's keys come from. Must be thread-safe; <see cref="Current"/> is read once per handshake and must be cheap.</summary>
public interface IKeyStore
{
    /// <summary>The keys in force now.</summary>
    ServerKeyRing Current { get; }

    /// <summary>A token that fires when <see cref="Current"/> has changed.</summary>
    IChangeToken GetChangeToken();
}
