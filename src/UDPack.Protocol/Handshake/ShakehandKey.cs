namespace UDPack.Protocol.Handshake;

/// <summary>What makes two shakehand datagrams the same attempt of the same client.</summary>
internal readonly record struct ShakehandKey(PeerAddress From, ushort ClientId, PayloadHash Hash);
