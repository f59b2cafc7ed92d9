using UDPack.Protocol.Crypto;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Sessions;

/// <summary>
/// What a finished key exchange hands to a new session, which owns the keys from then on. <c>Logged</c> holds both directions' first
/// secrets for a key log, the client's first; null without one.
/// </summary>
internal sealed record SessionSetup(
    uint Id,
    bool IsServer,
    CipherAlgorithm Algorithm,
    DatagramSealer Sealer,
    DatagramOpener Opener,
    TransportParameters Local,
    TransportParameters Peer,
    byte[]? Logged = null);
