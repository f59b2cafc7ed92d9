using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>What came of a handshake's public-key work.</summary>
internal enum JobOutcome
{
    /// <summary>Not run, or its verdict never came.</summary>
    None,
    Accepted,
    Refused,

    /// <summary>It did not open; there is no key to authenticate an answer with.</summary>
    Dropped,
}

/// <summary>
/// The expensive part of one handshake: public-key work and the key schedule. Made by the endpoint, run by a worker on any
/// thread, and given back with <see cref="ServerEndpoint.CompleteJob"/>; one owner at a time, no shared state.
/// </summary>
internal sealed class HandshakeJob
{
    /// <summary>A private-key operation with 4096 bits takes some 25 times as long as all that a handshake on P-256 needs.</summary>
    public const int RsaWeight = 25;

    private readonly ServerEndpointOptions _options;
    private readonly ICipherFactory _ciphers;
    private readonly Entropy _entropy;
    private readonly bool _isBusy;

    internal HandshakeJob(PendingHandshake pending, ServerEndpointOptions options, ICipherFactory ciphers, Entropy entropy, bool isBusy)
    {
        Pending = pending;
        _options = options;
        _ciphers = ciphers;
        _entropy = entropy;
        _isBusy = isBusy;
        NeedsVerdict = Shakehand.Verdict == ShakehandVerdict.Undecided;
        IsExpensive = NeedsVerdict && Shakehand.Payload is [ShakehandSealing.RsaOaep, ..];
    }

    /// <summary>Whether it opens an RSA payload, which costs as much as <see cref="RsaWeight"/> others.</summary>
    public bool IsExpensive { get; }

    public PeerAddress RemoteAddress => Pending.From;

    public uint KeyId => Shakehand.KeyId;

    public CipherAlgorithm Algorithm => Shakehand.Algorithm;

    /// <summary>Whether the application must judge the token; false when it already did, for the same payload.</summary>
    public bool NeedsVerdict { get; }

    /// <summary>The client's token; zeroed once the job is completed.</summary>
    public ReadOnlyMemory<byte> Token => Shakehand.Token;

    /// <summary>The owner's own; comes back when the handshake ends.</summary>
    public object? Trace
    {
        get => Pending.Trace;
        set => Pending.Trace = value;
    }

    internal PendingHandshake Pending { get; }

    /// <summary>Of the same set of options as the parameters that go to the client.</summary>
    internal SessionOptions SessionOptions => _options.Session;

    internal OpenedShakehand Shakehand => Pending.Shakehand;

    internal JobOutcome Outcome { get; private set; }

    internal DropReason DropReason { get; private set; }

    internal HandshakeRejection Rejection { get; private set; }

    internal SessionSetup? Setup { get; private set; }

    internal byte[]? ServerShare { get; private set; }

    /// <summary>Opens the shakehand. False if the job is over: refused, or not to be answered.</summary>
    /// <param name="findKey">The server's key with an id, or null.</param>
    public bool Open(Func<uint, ServerKey?> findKey)
    {
        if (!NeedsVerdict)
        {
            return !_isBusy || RefuseAndStop(HandshakeRejection.Busy);
        }

        var key = findKey(KeyId);
        if (key is null)
        {
            return Drop(DropReason.UnknownKey);
        }

        Span<byte> plaintext = stackalloc byte[Session.DatagramSize];
        Span<byte> logged = stackalloc byte[_options.KeyLog is null ? 0 : ShakehandSealing.KeyAndNonceSize];
        try
        {
            if (!ShakehandSealing.TryOpen(key, Shakehand.ClientId, Shakehand.Payload, plaintext, out var length, logged))
            {
                return Drop(DropReason.BadShakehand);
            }

            _options.KeyLog?.OnShakehand(Shakehand.Hash, logged);
            Shakehand.ServerKey = key.PublicKey;
            return Read(plaintext[..length]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
            CryptographicOperations.ZeroMemory(logged);
        }
    }

    /// <summary>The token is good: makes the server's share and the session's keys.</summary>
    /// <param name="principal">Comes back as <see cref="Session.Verdict"/>.</param>
    public void Accept(object? principal)
    {
        if (_isBusy)
        {
            Refuse(HandshakeRejection.Busy);
            return;
        }

        if (NeedsVerdict)
        {
            Shakehand.Principal = principal;
        }

        using var share = _entropy.CreateP256Key();
        Span<byte> agreed = stackalloc byte[P256.SecretSize];
        if (!P256.TryAgree(share, Shakehand.ClientPoint, agreed))
        {
            Refuse(HandshakeRejection.Malformed);
            return;
        }

        ServerShare = new byte[KeySchedule.ServerShareSize];
        ServerShare[0] = ShakehandPlaintext.P256Group;
        P256.ExportPoint(share, ServerShare.AsSpan(1));
        Setup = SessionKeys.Create(
            _ciphers, isServer: true, Pending.SessionId, Shakehand.Hash, Shakehand.ServerKey!.SpkiHash, ServerShare,
            Shakehand.Algorithm, Shakehand.Key, Shakehand.Iv, agreed, _options.Parameters, Shakehand.Parameters,
            isLogged: _options.KeyLog is not null);
        SessionKeys.Log(_options.KeyLog, Shakehand.Hash, Setup);
        CryptographicOperations.ZeroMemory(agreed);
        Outcome = JobOutcome.Accepted;
    }

    /// <summary>The handshake is refused; the client learns the reason.</summary>
    public void Refuse(HandshakeRejection reason)
    {
        if (Shakehand.KeyAndIv.Length == 0)
        {
            // Nothing was opened, so there is no key under which a refusal could be believed.
            Drop(DropReason.BadShakehand);
            return;
        }

        Rejection = reason;
        Outcome = JobOutcome.Refused;
        Span<byte> hash = stackalloc byte[PayloadHash.Size];
        Shakehand.Hash.CopyTo(hash);
        var secret = new byte[KeySchedule.SecretSize];
        KeySchedule.DeriveReject(hash, Shakehand.Key, Shakehand.Iv, secret);
        Shakehand.RejectSecret = secret;
    }

    private bool Read(ReadOnlySpan<byte> plaintext)
    {
        var isValid = ShakehandPlaintext.TryRead(plaintext, out var content, out var rejection);
        if (!content.CanAuthenticateRefusal)
        {
            return Drop(DropReason.BadShakehand);
        }

        Shakehand.KeyLength = content.Key.Length;
        Shakehand.KeyAndIv = [.. content.Key, .. content.Iv];
        Shakehand.Algorithm = content.Algorithm;
        if (!isValid)
        {
            return RefuseAndStop(rejection);
        }

        if (!_options.Algorithms.Contains(content.Algorithm) || !_ciphers.IsSupported(content.Algorithm))
        {
            return RefuseAndStop(HandshakeRejection.Algorithm);
        }

        // A client without a token would never have sent this; there is nothing for the application to judge.
        if (content.Token.IsEmpty)
        {
            return RefuseAndStop(HandshakeRejection.Malformed);
        }

        if (_isBusy)
        {
            return RefuseAndStop(HandshakeRejection.Busy);
        }

        Shakehand.Parameters = content.Parameters;
        Shakehand.ClientPoint = content.ClientShare[1..].ToArray();
        Shakehand.Token = content.Token.ToArray();
        return true;
    }

    private bool RefuseAndStop(HandshakeRejection reason)
    {
        Refuse(reason);
        return false;
    }

    private bool Drop(DropReason reason)
    {
        DropReason = reason;
        Outcome = JobOutcome.Dropped;
        return false;
    }
}
