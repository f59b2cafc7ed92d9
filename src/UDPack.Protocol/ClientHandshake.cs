using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol;

/// <summary>
/// The client's side of one handshake (UDPack 1.0, 2.3): INIT until the first shakehand is sent, OPEN while it is repeated on silence,
/// then READY with a session, or CLOSE.
/// </summary>
internal sealed class ClientHandshake : TimerNode, IDisposable
{
    /// <summary>Cookies obeyed per retry interval: a forger must not turn the client into a sender.</summary>
    private const int CookiesPerInterval = 3;

    /// <summary>Replies tried per second: each costs a key agreement, and whoever knows the client id can forge one.</summary>
    private const int RepliesPerSecond = 100;

    /// <summary>Shakehands without an answer that are nothing to speak of yet, and one more.</summary>
    private const int AttemptsUntilTrouble = 2;

    private readonly ClientEndpoint _endpoint;
    private readonly ClientConnect _request;
    private readonly IConnectEvents _events;
    private readonly long _startedAt;
    private readonly byte[] _rejectSecret = new byte[KeySchedule.SecretSize];
    private byte[] _cookie = [];
    private int _cookiesLeft = CookiesPerInterval;
    private RateLimit _replies = new(RepliesPerSecond);
    private int _sends;
    private long _sentAt;
    private bool _isDue;
    private ConnectHint _hint;
    private uint _toldHints;

    public ClientHandshake(ClientEndpoint endpoint, ClientConnect request, IConnectEvents events, long now)
    {
        _endpoint = endpoint;
        _request = request;
        _events = events;
        _startedAt = now;
        _isDue = true;
        Span<byte> hash = stackalloc byte[PayloadHash.Size];
        Shakehand.Hash.CopyTo(hash);
        KeySchedule.DeriveReject(hash, Shakehand.Key, Shakehand.Iv, _rejectSecret);
    }

    public SessionState State { get; private set; }

    public int Attempts { get; private set; }

    public PeerAddress Remote => _request.Remote;

    public ushort ClientId => Shakehand.ClientId;

    private PreparedShakehand Shakehand => _request.Shakehand;

    /// <summary>Writes the shakehand if it is due: the same payload each time, with the time and perhaps a cookie.</summary>
    public bool TryWrite(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_isDue || State is SessionState.Ready or SessionState.Close)
        {
            return false;
        }

        _isDue = false;
        new FrameHeader((uint)ClientId << 16, _endpoint.Timestamp(now), FrameFlags.None, Opcode.Shakehand, (ushort)Shakehand.Payload.Length)
            .Write(buffer);
        Shakehand.Payload.CopyTo(buffer[FrameHeader.Size..]);
        length = FrameHeader.Size + Shakehand.Payload.Length;
        if (_cookie.Length > 0)
        {
            buffer[length++] = (byte)_cookie.Length;
            _cookie.CopyTo(buffer[length..]);
            length += _cookie.Length;
        }

        _sends++;
        _sentAt = now;
        if (State == SessionState.Init)
        {
            State = SessionState.Open;
            StartAttempt(now);
        }

        Observe(now, HandshakeStepKind.Shakehand, (uint)ClientId << 16, length);
        return true;
    }

    /// <summary>The retry interval passed without an answer (UDPack 1.0, 2.3, "timeout and retry").</summary>
    public override void OnTimer(long now)
    {
        if (State != SessionState.Open)
        {
            return;
        }

        if (Attempts == AttemptsUntilTrouble)
        {
            Tell(_hint);
        }

        if (Attempts >= _request.MaxAttempts || now - _startedAt >= _request.TimeoutMicros)
        {
            Observe(now, HandshakeStepKind.Timeout, (uint)ClientId << 16, 0, SessionState.Close);
            Fail(now, ConnectFailureKind.Timeout, HandshakeRejection.Unspecified);
            return;
        }

        _cookie = [];
        _cookiesLeft = CookiesPerInterval;
        StartAttempt(now);
        SendAgain();
    }

    public void OnRetry(long now, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        var payload = datagram[FrameHeader.Size..];
        Span<byte> hash = stackalloc byte[PayloadHash.Size];
        Shakehand.Hash.CopyTo(hash);
        if (header.ServerId != 0
            || payload.Length != header.PayloadLength
            || payload.Length is <= HandshakeFrames.RetryHashSize or > HandshakeFrames.RetryHashSize + HandshakeFrames.MaxCookieSize
            || !payload[..HandshakeFrames.RetryHashSize].SequenceEqual(hash[..HandshakeFrames.RetryHashSize])
            || _cookiesLeft == 0)
        {
            _endpoint.Counters.Drop(DropReason.UnexpectedReply);
            return;
        }

        _cookiesLeft--;
        _hint = ConnectHint.RetryRequested;
        _cookie = payload[HandshakeFrames.RetryHashSize..].ToArray();
        Observe(now, HandshakeStepKind.Retry, header.SessionId, datagram.Length);
        SendAgain();
    }

    public void OnHandshake(long now, in FrameHeader header, Span<byte> datagram)
    {
        if (header.PayloadLength != 1 || datagram.Length < HandshakeFrames.BareSize)
        {
            _endpoint.Counters.Drop(DropReason.Truncated);
            return;
        }

        switch ((HandshakeCode)datagram[FrameHeader.Size])
        {
            case HandshakeCode.Success:
                OnReply(now, header, datagram);
                break;
            case HandshakeCode.AuthenticationFailed or HandshakeCode.Failed:
                OnRefusal(now, header, datagram);
                break;
            default:
                _endpoint.Counters.Drop(DropReason.UnexpectedReply);
                break;
        }
    }

    /// <summary>The network said that nobody listens at the server's address. Anyone near may forge that, so it explains silence and ends nothing.</summary>
    public void OnUnreachable()
    {
        if (State == SessionState.Open)
        {
            Suspect(ConnectHint.Unreachable);
        }
    }

    /// <summary>The session's first datagram, or a repeat of it, left.</summary>
    public void OnConfirmationSent(long now, uint sessionId, int bytes) =>
        Observe(now, HandshakeStepKind.Confirmation, sessionId, bytes);

    /// <summary>Gives up, unless it is READY already.</summary>
    public void Cancel(long now) => Fail(now, ConnectFailureKind.Cancelled, HandshakeRejection.Unspecified);

    /// <summary>Zeroes its secrets, telling nobody.</summary>
    public void Dispose()
    {
        Shakehand.Dispose();
        CryptographicOperations.ZeroMemory(_rejectSecret);
    }

    private void OnReply(long now, in FrameHeader header, Span<byte> datagram)
    {
        const int clearLength = HandshakeFrames.BareSize + KeySchedule.ServerShareSize;
        if (datagram.Length < clearLength + DatagramSealer.Overhead
            || datagram[HandshakeFrames.BareSize] != ShakehandPlaintext.P256Group
            || header.ServerId == 0
            || !_replies.TryTake(now))
        {
            _endpoint.Counters.Drop(DropReason.UnexpectedReply);
            return;
        }

        Span<byte> agreed = stackalloc byte[P256.SecretSize];
        var share = datagram[HandshakeFrames.BareSize..clearLength];
        if (!P256.TryAgree(Shakehand.Share, share[1..], agreed))
        {
            OnUnverifiedReply();
            return;
        }

        var setup = SessionKeys.Create(
            _endpoint.Ciphers, isServer: false, header.SessionId, Shakehand.Hash, Shakehand.ServerSpkiHash, share,
            Shakehand.Algorithm, Shakehand.Key, Shakehand.Iv, agreed, Shakehand.Parameters, TransportParameters.Default,
            isLogged: Shakehand.KeyLog is not null);
        CryptographicOperations.ZeroMemory(agreed);
        if (setup.Opener.TryOpen(datagram, clearLength, out var sequence, out var opened) != OpenResult.Ok
            || !TransportParameters.TryRead(opened, out var parameters))
        {
            setup.Sealer.Dispose();
            setup.Opener.Dispose();
            CryptographicOperations.ZeroMemory(setup.Logged);
            OnUnverifiedReply();
            return;
        }

        SessionKeys.Log(Shakehand.KeyLog, Shakehand.Hash, setup);
        State = SessionState.Ready;
        var session = new Session(_endpoint, setup with { Peer = parameters }, _request.Session, new NetworkPath(default, Remote), now) { Handshake = this };
        session.OnHandshakeReply(now, sequence, rtt: _sends == 1 ? now - _sentAt : null);
        Observe(now, HandshakeStepKind.Reply, header.SessionId, datagram.Length);
        Dispose();
        _endpoint.OnConnected(this, session);
        _events.OnConnected(now, session);
    }

    private void OnUnverifiedReply()
    {
        _endpoint.Counters.Drop(DropReason.NotAuthentic);
        Suspect(ConnectHint.UnverifiedReply);
    }

    private void OnRefusal(long now, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length != HandshakeFrames.RefusalSize || !HandshakeFrames.IsAuthentic(datagram, _rejectSecret))
        {
            // Anyone can send this. It explains a timeout at best, and never ends the attempt.
            _endpoint.Counters.Drop(DropReason.UnexpectedReply);
            if (datagram.Length == HandshakeFrames.BareSize)
            {
                Suspect(ConnectHint.UnverifiedRefusal);
            }

            return;
        }

        var reason = (HandshakeRejection)datagram[HandshakeFrames.ReasonOffset];
        Observe(now, HandshakeStepKind.Refusal, header.SessionId, datagram.Length, SessionState.Close);
        var isToken = (HandshakeCode)datagram[FrameHeader.Size] == HandshakeCode.AuthenticationFailed;
        var kind = isToken ? ConnectFailureKind.AuthenticationFailed
            : reason == HandshakeRejection.Busy ? ConnectFailureKind.Busy
            : ConnectFailureKind.Rejected;
        Fail(now, kind, reason);
    }

    private void Suspect(ConnectHint hint)
    {
        _hint = hint;
        Tell(hint);
    }

    private void Tell(ConnectHint hint)
    {
        var bit = 1u << (int)hint;
        if ((_toldHints & bit) == 0)
        {
            _toldHints |= bit;
            _events.OnTrouble(hint);
        }
    }

    private void StartAttempt(long now)
    {
        Attempts++;
        var interval = _request.Interval is { } given
            ? given(Attempts)
            : Backoff.Interval(_request.RetryIntervalMicros, Attempts, (ushort)_endpoint.NextRandom());
        _endpoint.Arm(this, now + Math.Min(interval, Math.Max(_request.TimeoutMicros - (now - _startedAt), 0)));
    }

    private void SendAgain()
    {
        if (!_isDue)
        {
            _isDue = true;
            _endpoint.Due(this);
        }
    }

    private void Fail(long now, ConnectFailureKind kind, HandshakeRejection reason)
    {
        if (State is SessionState.Ready or SessionState.Close)
        {
            return;
        }

        State = SessionState.Close;
        Dispose();
        _endpoint.OnFailed(this);
        _events.OnFailed(new ConnectFailure(kind, reason, Attempts, TimeSpan.FromMicroseconds(now - _startedAt), _hint));
    }

    private void Observe(long now, HandshakeStepKind kind, uint sessionId, int bytes, SessionState? state = null)
    {
        if (_events.ObservesHandshakes)
        {
            _events.OnHandshakeStep(
                new HandshakeStep(kind, state ?? State, sessionId, bytes, Attempts, TimeSpan.FromMicroseconds(now - _startedAt)));
        }
    }
}
