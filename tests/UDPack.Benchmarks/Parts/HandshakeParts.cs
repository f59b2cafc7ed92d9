using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Sessions;

namespace UDPack.Benchmarks.Parts;

/// <summary>What a handshake costs the server besides sockets.</summary>
public class HandshakeParts
{
    private const ushort ClientId = 1;
    private readonly byte[] _plain = new byte[300];
    private readonly byte[] _opened = new byte[Session.DatagramSize];
    private readonly byte[] _share = new byte[KeySchedule.ServerShareSize];
    private readonly byte[] _clientPoint = new byte[P256.PointSize];
    private readonly byte[] _agreed = new byte[P256.SecretSize];
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _secret = new byte[KeySchedule.SecretSize];
    private readonly byte[] _otherSecret = new byte[KeySchedule.SecretSize];
    private readonly ServerKey _p256 = ServerKey.GenerateP256();
    private readonly ServerKey _rsa = ServerKey.GenerateRsa(2048);
    private byte[] _p256Payload = [];
    private byte[] _rsaPayload = [];

    [GlobalSetup]
    public void Setup()
    {
        _p256Payload = Seal(_p256);
        _rsaPayload = Seal(_rsa);
        using var client = SystemEntropy.Instance.CreateP256Key();
        P256.ExportPoint(client, _clientPoint);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _p256.Dispose();
        _rsa.Dispose();
    }

    [Benchmark]
    public bool OpenShakehandP256() => ShakehandSealing.TryOpen(_p256, ClientId, _p256Payload, _opened, out _);

    [Benchmark]
    public bool OpenShakehandRsa() => ShakehandSealing.TryOpen(_rsa, ClientId, _rsaPayload, _opened, out _);

    /// <summary>A fresh key, its point, and the agreement with the client's.</summary>
    [Benchmark]
    public bool ServerShare()
    {
        using var share = SystemEntropy.Instance.CreateP256Key();
        P256.ExportPoint(share, _share.AsSpan(1));
        return P256.TryAgree(share, _clientPoint, _agreed);
    }

    /// <summary>Secrets of both directions, sealer and opener.</summary>
    [Benchmark]
    public uint KeySchedules()
    {
        KeySchedule.DeriveSecrets(_hash, _hash, 1, 2, _share, _hash, _hash.AsSpan(0, 12), _agreed, _secret, _otherSecret);
        var factory = new SystemCipherFactory();
        using var sealer = new DatagramSealer(factory, CipherAlgorithm.Aes256Gcm, _secret);
        using var opener = new DatagramOpener(factory, CipherAlgorithm.Aes256Gcm, _otherSecret);
        return sealer.Generation + opener.Generation;
    }

    private byte[] Seal(ServerKey key)
    {
        var payload = new byte[Session.DatagramSize];
        var length = ShakehandSealing.Seal(key.PublicKey, ClientId, _plain, SystemEntropy.Instance, payload);
        return payload[..length];
    }
}
