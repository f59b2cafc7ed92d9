using UDPack.Protocol.Crypto;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol;

/// <summary>What a finished key exchange hands to a new session, which owns the keys from then on.</summary>
internal sealed record SessionSetup(
    uint Id,
    bool IsServer,
    CipherAlgorithm Algorithm,
    DatagramSealer Sealer,
    DatagramOpener Opener,
    TransportParameters Local,
    TransportParameters Peer);
