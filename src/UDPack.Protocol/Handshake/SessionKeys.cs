using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Handshake;

/// <summary>From what both sides know after the key exchange to a session's sealer and opener.</summary>
internal static class SessionKeys
{
    public static SessionSetup Create(
        ICipherFactory ciphers,
        bool isServer,
        uint sessionId,
        PayloadHash shakehandHash,
        ReadOnlySpan<byte> serverSpkiHash,
        ReadOnlySpan<byte> serverShare,
        CipherAlgorithm algorithm,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> agreed,
        TransportParameters local,
        TransportParameters peer,
        bool isLogged)
    {
        Span<byte> hash = stackalloc byte[PayloadHash.Size];
        shakehandHash.CopyTo(hash);
        Span<byte> toServer = stackalloc byte[KeySchedule.SecretSize];
        Span<byte> toClient = stackalloc byte[KeySchedule.SecretSize];
        KeySchedule.DeriveSecrets(
            serverSpkiHash, hash, (ushort)(sessionId >> 16), (ushort)sessionId, serverShare, key, iv, agreed, toServer, toClient);
        var sealer = new DatagramSealer(ciphers, algorithm, isServer ? toClient : toServer);
        var opener = new DatagramOpener(ciphers, algorithm, isServer ? toServer : toClient);
        byte[]? logged = isLogged ? [.. toServer, .. toClient] : null;
        CryptographicOperations.ZeroMemory(toServer);
        CryptographicOperations.ZeroMemory(toClient);
        return new SessionSetup(sessionId, isServer, algorithm, sealer, opener, local, peer, logged);
    }

    /// <summary>Gives the secrets of a session to the key log, if there is one.</summary>
    public static void Log(IKeyLogSink? keyLog, PayloadHash shakehandHash, SessionSetup setup)
    {
        if (keyLog is not null && setup.Logged is { } secrets)
        {
            keyLog.OnSession(
                shakehandHash, setup.Id, setup.Algorithm, secrets.AsSpan(0, KeySchedule.SecretSize), secrets.AsSpan(KeySchedule.SecretSize));
            CryptographicOperations.ZeroMemory(secrets);
        }
    }
}
