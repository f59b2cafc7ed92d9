using System.Buffers.Binary;
using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>
/// A shakehand's payload and the secrets behind it. Making one is public-key work, done before the endpoint's thread
/// sees it; it serves one attempt to connect.
/// </summary>
internal sealed class PreparedShakehand : IDisposable
{
    /// <summary>Room kept free in the datagram for a cookie and its length.</summary>
    public const int CookieRoom = 1 + HandshakeFrames.MaxCookieSize;

    private readonly ServerPublicKey _serverKey;
    private readonly byte[] _plaintext;

    private PreparedShakehand(
        ServerPublicKey serverKey,
        CipherAlgorithm algorithm,
        byte[] keyAndIv,
        ECDiffieHellman share,
        byte[] plaintext,
        TransportParameters parameters,
        IKeyLogSink? keyLog)
    {
        KeyLog = keyLog;
        _serverKey = serverKey;
        _plaintext = plaintext;
        Algorithm = algorithm;
        KeyAndIv = keyAndIv;
        Share = share;
        Parameters = parameters;
    }

    public ushort ClientId { get; private set; }

    public byte[] Payload { get; private set; } = [];

    public PayloadHash Hash { get; private set; }

    public CipherAlgorithm Algorithm { get; }

    public byte[] KeyAndIv { get; }

    public ECDiffieHellman Share { get; }

    public TransportParameters Parameters { get; }

    /// <summary>Takes the secrets of this attempt; null for nobody.</summary>
    public IKeyLogSink? KeyLog { get; }

    public ReadOnlySpan<byte> ServerSpkiHash => _serverKey.SpkiHash;

    public ReadOnlySpan<byte> Key => KeyAndIv.AsSpan(0, CipherAlgorithms.KeySize(Algorithm));

    public ReadOnlySpan<byte> Iv => KeyAndIv.AsSpan(CipherAlgorithms.KeySize(Algorithm));

    /// <summary>The longest token that fits into the handshake for this key and cipher, in bytes.</summary>
    public static int MaxTokenBytes(ServerPublicKey serverKey, CipherAlgorithm algorithm, TransportParameters parameters)
    {
        Span<byte> scratch = stackalloc byte[TransportParametersCodec.MaxSize];
        var rest = ShakehandPlaintext.LengthWithoutParameters(algorithm, 0) + parameters.Write(scratch);
        return Session.DatagramSize - FrameHeader.Size - CookieRoom - ShakehandSealing.SealedLength(serverKey, rest);
    }

    /// <summary>Draws key, iv and ephemeral share, and seals them with the token for the server.</summary>
    /// <exception cref="ArgumentException">The token is empty or does not fit; the message names its size and the limit.</exception>
    public static PreparedShakehand Create(
        ServerPublicKey serverKey,
        CipherAlgorithm algorithm,
        ReadOnlySpan<byte> token,
        TransportParameters parameters,
        Entropy entropy,
        IKeyLogSink? keyLog = null)
    {
        var limit = MaxTokenBytes(serverKey, algorithm, parameters);
        if (token.IsEmpty || token.Length > limit)
        {
            throw new ArgumentException(
                $"The token has {token.Length} bytes; with this server key and cipher it must have 1 to {limit}.", nameof(token));
        }

        var keyAndIv = new byte[CipherAlgorithms.KeySize(algorithm) + CipherAlgorithms.IvSize];
        entropy.Fill(keyAndIv);
        var share = entropy.CreateP256Key();
        Span<byte> clientShare = stackalloc byte[ShakehandPlaintext.ShareSize];
        clientShare[0] = ShakehandPlaintext.P256Group;
        P256.ExportPoint(share, clientShare[1..]);
        var content = new ShakehandPlaintext
        {
            Version = ShakehandPlaintext.CurrentVersion,
            Algorithm = algorithm,
            Key = keyAndIv.AsSpan(0, CipherAlgorithms.KeySize(algorithm)),
            Iv = keyAndIv.AsSpan(CipherAlgorithms.KeySize(algorithm)),
            Token = token,
            ClientShare = clientShare,
            Parameters = parameters,
        };
        Span<byte> buffer = stackalloc byte[Session.DatagramSize];
        var plaintext = buffer[..content.Write(buffer)].ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        var prepared = new PreparedShakehand(serverKey, algorithm, keyAndIv, share, plaintext, parameters, keyLog);
        prepared.DrawClientId(entropy);
        return prepared;
    }

    /// <summary>Draws a client id and seals for it: the id is bound to the payload (UDPack 1.0, 2.3: random; here also never 0).</summary>
    public void DrawClientId(Entropy entropy)
    {
        Span<byte> random = stackalloc byte[2];
        do
        {
            entropy.Fill(random);
            ClientId = BinaryPrimitives.ReadUInt16BigEndian(random);
        }
        while (ClientId == 0);

        Payload = new byte[ShakehandSealing.SealedLength(_serverKey, _plaintext.Length)];
        Span<byte> logged = stackalloc byte[KeyLog is null ? 0 : ShakehandSealing.KeyAndNonceSize];
        ShakehandSealing.Seal(_serverKey, ClientId, _plaintext, entropy, Payload, logged);
        Hash = PayloadHash.Of(Payload);
        KeyLog?.OnShakehand(Hash, logged);
        CryptographicOperations.ZeroMemory(logged);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_plaintext);
        CryptographicOperations.ZeroMemory(KeyAndIv);
        Share.Dispose();
    }
}
