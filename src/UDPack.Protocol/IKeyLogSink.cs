using UDPack.Protocol.Handshake;

namespace UDPack.Protocol;

/// <summary>
/// Takes the secrets with which a capture can be decrypted. Endpoints have none unless an application asks for it. Called
/// on the thread that drives the endpoint and on those that run <see cref="HandshakeJob"/>s; must not throw.
/// </summary>
internal interface IKeyLogSink
{
    /// <summary>The AEAD key (16) and nonce (12) of a shakehand's payload, in both suites.</summary>
    void OnShakehand(PayloadHash shakehand, ReadOnlySpan<byte> keyAndNonce);

    /// <summary>The secrets of a session's first key generation; later generations follow from them.</summary>
    void OnSession(
        PayloadHash shakehand,
        uint sessionId,
        CipherAlgorithm algorithm,
        ReadOnlySpan<byte> clientToServer,
        ReadOnlySpan<byte> serverToClient);
}
