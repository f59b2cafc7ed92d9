using System.Security.Cryptography;

namespace UDPack.Protocol.Handshake;

/// <summary>How far the verdict on a shakehand is.</summary>
internal enum ShakehandVerdict
{
    Undecided,
    Accepted,
    Refused,

    /// <summary>A session from it is READY: whoever sends it now replays it.</summary>
    Confirmed,
}

/// <summary>
/// One shakehand payload: opened once and judged once, from however many addresses it arrives. A worker fills it in
/// while its verdict is undecided; later ones only read. Only the endpoint's thread counts the workers and forgets.
/// </summary>
internal sealed class OpenedShakehand(ushort clientId, PayloadHash hash, byte[] payload, uint keyId)
{
    /// <summary>The handshakes that arose from this payload.</summary>
    public PayloadHandshakes Handshakes;

    private int _workers;
    private bool _forgetsLater;

    public ushort ClientId { get; } = clientId;

    public PayloadHash Hash { get; } = hash;

    /// <summary>The sealed payload; dropped once it is judged.</summary>
    public byte[]? Payload { get; set; } = payload;

    public uint KeyId { get; } = keyId;

    public ShakehandVerdict Verdict { get; set; }

    public HandshakeRejection Rejection { get; set; }

    /// <summary>Authenticates refusals; set when refused.</summary>
    public byte[] RejectSecret { get; set; } = [];

    /// <summary>The validator's result, for the session.</summary>
    public object? Principal { get; set; }

    public CipherAlgorithm Algorithm { get; set; }

    /// <summary>The key, and after it the iv, that the client chose (UDPack 1.0, 2.3).</summary>
    public byte[] KeyAndIv { get; set; } = [];

    public int KeyLength { get; set; }

    public byte[] ClientPoint { get; set; } = [];

    public byte[] Token { get; set; } = [];

    /// <summary>The key it was sealed for.</summary>
    public ServerPublicKey? ServerKey { get; set; }

    public TransportParameters Parameters { get; set; } = TransportParameters.Default;

    public ReadOnlySpan<byte> Key => KeyAndIv.AsSpan(0, KeyLength);

    public ReadOnlySpan<byte> Iv => KeyAndIv.AsSpan(KeyLength);


    /// <summary>The token has been judged; nobody needs it again.</summary>
    public void ForgetToken()
    {
        CryptographicOperations.ZeroMemory(Token);
        Token = [];
    }

    /// <summary>A worker is given this to work with.</summary>
    public void OnJobStarted() => _workers++;

    /// <summary>A worker has given this back.</summary>
    public void OnJobEnded()
    {
        _workers--;
        if (_forgetsLater)
        {
            Forget();
        }
    }

    /// <summary>
    /// Zeroes what is secret, and lets go of everything but the identity that recognises repeats: at once, or when
    /// the last worker that uses it is done.
    /// </summary>
    public void Forget()
    {
        _forgetsLater = _workers > 0;
        if (_forgetsLater)
        {
            return;
        }

        ForgetToken();
        CryptographicOperations.ZeroMemory(KeyAndIv);
        KeyAndIv = [];
        KeyLength = 0;
        ClientPoint = [];
        Parameters = TransportParameters.Default;
        ServerKey = null;
        Payload = null;
        Principal = null;
    }
}
