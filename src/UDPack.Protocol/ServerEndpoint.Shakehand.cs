using System.Runtime.InteropServices;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

internal sealed partial class ServerEndpoint
{
    private const int IdAttempts = 16;

    /// <summary>A client's address changes now and then while it connects; more than that is somebody replaying its shakehand.</summary>
    private const int MaxAddressesPerPayload = 8;

    private const long LoadMemory = 10_000_000;

    private readonly SeededDictionary<(ushort ClientId, PayloadHash Hash), OpenedShakehand> _opened;
    private readonly JobQueue _jobs;
    private readonly RetryCookies _cookies;
    private readonly PrefixCounts _unfinishedPerHost;
    private readonly PrefixCounts _unfinishedPerPrefix;
    private PrefixRates? _rates;
    private int _unfinished;
    private int _expensive;
    private long _underLoadUntil;

    /// <summary>One host, however many ports it uses, must not take all places.</summary>
    private int MaxPendingPerHost => Math.Max(1, _options.MaxPending / 8);

    /// <summary>Nor must one network, however many hosts it has.</summary>
    private int MaxPendingPerPrefix => Math.Max(1, _options.MaxPending / 4);

    /// <summary>Finished handshakes are only remembered to recognise repeats; beyond this many the oldest are forgotten.</summary>
    private int MaxRemembered => 16 * _options.MaxPending;

    /// <summary>How much public-key work waits to be taken.</summary>
    public int JobsWaiting => _jobs.Count;

    /// <summary>Public-key work that waits for a worker; address prefixes have theirs done by turns.</summary>
    public bool TryTakeJob(out HandshakeJob job) => _jobs.TryDequeue(out job!);

    private void OnShakehand(long now, in NetworkPath path, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        if (!TrySplit(header, datagram, out var payload, out var cookie))
        {
            return;
        }

        var key = new ShakehandKey(path.Remote, header.ClientId, PayloadHash.Of(payload));
        var known = _opened.GetValueOrDefault((key.ClientId, key.Hash));
        if (known?.Handshakes.Find(path.Remote) is { } pending && !IsOutlived(now, pending))
        {
            if (pending.State != PendingState.Expired || AddressIsProven(now, path, key, cookie))
            {
                OnRepeat(now, path, pending, datagram.Length);
            }

            return;
        }

        if (!ShakehandSealing.TryReadPrefix(payload, out _, out var keyId, out var reason))
        {
            Counters.Drop(reason);
            return;
        }

        if (!Admitting)
        {
            Counters.Drop(DropReason.NotAdmitting);
            return;
        }

        if (!AddressIsProven(now, path, key, cookie))
        {
            return;
        }

        if (!HasRoomFor(path.Remote) && !(TryMakeRoom(now, path.Remote) && HasRoomFor(path.Remote)))
        {
            DropShakehand(DropReason.HandshakesFull, path.Remote);
            return;
        }

        if (!IsWithinRate(now, path.Remote))
        {
            return;
        }

        Begin(now, path, key, payload, keyId, datagram.Length);
    }

    private bool HasRoomFor(in PeerAddress from) =>
        _unfinished < _options.MaxPending && _unfinishedPerHost.Of(from) < MaxPendingPerHost && _unfinishedPerPrefix.Of(from) < MaxPendingPerPrefix;

    /// <summary>Many may share a host's address: one socket that floods gives way to the others.</summary>
    private bool TryMakeRoom(long now, in PeerAddress from)
    {
        if (!_jobs.TryShedFor(from, out var job))
        {
            return false;
        }

        AbandonJob(now, job);
        return true;
    }

    /// <summary>An unconfirmed handshake is answered anew with the verdict that stands, but not for ever.</summary>
    private bool IsOutlived(long now, PendingHandshake pending)
    {
        if (pending.State != PendingState.Expired || now - pending.StartedAt < 2 * PendingHandshake.Lifetime)
        {
            return false;
        }

        Drop(pending);
        return true;
    }

    /// <summary>Payload, and after it nothing or a cookie with its length (wire protocol, "Shakehand").</summary>
    private bool TrySplit(in FrameHeader header, ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> cookie)
    {
        payload = cookie = default;
        var rest = datagram[FrameHeader.Size..];
        if (rest.Length < header.PayloadLength)
        {
            Counters.Drop(DropReason.Truncated);
            return false;
        }

        payload = rest[..header.PayloadLength];
        rest = rest[header.PayloadLength..];
        var fits = rest.IsEmpty || (rest[0] is > 0 and <= HandshakeFrames.MaxCookieSize && rest.Length == 1 + rest[0]);
        if (datagram.Length > Session.DatagramSize || !fits)
        {
            Counters.Drop(DropReason.Oversized);
            return false;
        }

        if (header.ServerId != 0)
        {
            Counters.Drop(DropReason.BadSessionId);
            return false;
        }

        cookie = rest.IsEmpty ? rest : rest[1..];
        return true;
    }

    private bool AddressIsProven(long now, in NetworkPath path, ShakehandKey key, ReadOnlySpan<byte> cookie)
    {
        var required = _options.AddressValidation switch
        {
            CookieMode.Always => true,
            CookieMode.UnderLoad => IsUnderLoad(now) || _rates?.HasSpare(now, _options.PrefixLengths.PrefixOf(key.From)) == false,
            _ => false,
        };
        if (!required)
        {
            return true;
        }

        Span<byte> endpoint = stackalloc byte[PeerAddress.EncodedSize];
        Span<byte> hash = stackalloc byte[PayloadHash.Size];
        key.From.Encode(endpoint);
        key.Hash.CopyTo(hash);
        if (!cookie.IsEmpty && _cookies.Validate(now, endpoint, key.ClientId, hash, cookie))
        {
            return true;
        }

        Counters.Drop(DropReason.BadCookie);
        Span<byte> made = stackalloc byte[HandshakeFrames.MaxCookieSize];
        var length = _cookies.Create(now, endpoint, key.ClientId, hash, made);
        Span<byte> retry = stackalloc byte[SmallDatagram.MaxSize];
        var size = HandshakeFrames.WriteRetry(retry, key.ClientId, Timestamp(now), key.Hash, made[..length]);
        SendStateless(path, retry[..size]);
        return false;
    }

    /// <summary>Load has passed only when it stayed away for a while: a flood must not get in between two looks.</summary>
    private bool IsUnderLoad(long now)
    {
        // By what they cost: a few RSA keys' work keeps the workers as long as hundreds of others.
        if (_unfinished + ((HandshakeJob.RsaWeight - 1) * _expensive) >= _options.AddressValidationThreshold)
        {
            _underLoadUntil = now + LoadMemory;
        }

        return now < _underLoadUntil;
    }

    /// <summary>The last check before public-key work, so that only what would cost some counts.</summary>
    private bool IsWithinRate(long now, in PeerAddress from)
    {
        if (_rates?.TryTake(now, _options.PrefixLengths.PrefixOf(from)) == false)
        {
            DropShakehand(DropReason.HandshakeRate, from);
            return false;
        }

        return true;
    }

    private void DropShakehand(DropReason reason, in PeerAddress from)
    {
        Counters.Drop(reason);
        _events.OnShakehandDropped(reason, from);
    }

    // Not where addresses are never proven: whoever forges those of a prefix would use up its rate, and lock it out.
    private PrefixRates? CreateRates() => _options.HandshakeRatePerPrefix is { } perSecond && _options.AddressValidation != CookieMode.Never
        ? new PrefixRates(perSecond, _options.HandshakeBurstPerPrefix, NextRandom())
        : null;

    private void OnRepeat(long now, in NetworkPath path, PendingHandshake pending, int size)
    {
        pending.Path = path;
        pending.LastShakehandAt = now;
        pending.ShakehandSize = size;
        switch (pending.State)
        {
            case PendingState.Open:
                DueReply(pending);
                break;
            case PendingState.Refused:
                SendStateless(pending.Path, pending.Refusal);
                break;
            case PendingState.Expired when Admitting && _unfinished < _options.MaxPending:
                if (IsWithinRate(now, pending.From))
                {
                    Unremember(pending);
                    CountUnfinished(pending, 1);
                    Decide(now, pending);
                }

                break;
            default:
                Counters.Drop(DropReason.RepeatedShakehand);
                break;
        }
    }

    private void Begin(long now, in NetworkPath path, in ShakehandKey key, ReadOnlySpan<byte> payload, uint keyId, int size)
    {
        if (!_opened.TryGetValue((key.ClientId, key.Hash), out var shakehand))
        {
            shakehand = new OpenedShakehand(key.ClientId, key.Hash, payload.ToArray(), keyId);
            _opened.Add((key.ClientId, key.Hash), shakehand);
        }
        else if (shakehand.Verdict == ShakehandVerdict.Confirmed || shakehand.Handshakes.Count >= MaxAddressesPerPayload)
        {
            Counters.Drop(DropReason.RepeatedShakehand);
            return;
        }

        var pending = new PendingHandshake(this, shakehand, now) { Path = path, ShakehandSize = size };
        shakehand.Handshakes.Add(pending);
        CountUnfinished(pending, 1);
        Timers.Schedule(pending, now + PendingHandshake.Lifetime);
        Observe(now, HandshakeStepKind.Shakehand, SessionState.Init, pending, size);

        // Whoever comes second with an undecided payload waits for the first one's verdict.
        if (shakehand.Verdict != ShakehandVerdict.Undecided || shakehand.Handshakes.Count == 1)
        {
            Decide(now, pending);
        }
    }

    /// <summary>Gives the handshake to a worker, or answers at once what was refused before.</summary>
    private void Decide(long now, PendingHandshake pending)
    {
        if (!TryReserveId(pending.Shakehand.ClientId, out var id))
        {
            DropShakehand(DropReason.HandshakesFull, pending.Path.Remote);
            Drop(pending);
            return;
        }

        pending.State = PendingState.Working;
        pending.SessionId = id;
        if (pending.Shakehand.Verdict == ShakehandVerdict.Refused)
        {
            Refuse(now, pending, pending.Shakehand.Rejection);
            return;
        }

        var isBusy = _live >= _options.MaxSessions || OwnerIsFull(pending.From);
        pending.Shakehand.OnJobStarted();
        var job = new HandshakeJob(pending, _options, _ciphers, Entropy, isBusy);
        _expensive += job.IsExpensive ? 1 : 0;
        _jobs.Enqueue(job);
    }

    /// <summary>A server half that no session with this client half has: random, and never 0 (UDPack 1.0, 2.3).</summary>
    private bool TryReserveId(ushort clientId, out uint id)
    {
        // A client half shared by so many sessions that this fails is no accident; the client comes back with another.
        Span<ushort> random = stackalloc ushort[IdAttempts];
        Entropy.Fill(MemoryMarshal.AsBytes(random));
        foreach (var low in random)
        {
            id = ((uint)clientId << 16) | low;
            if (low != 0 && _sessions.TryAdd(id, null))
            {
                return true;
            }
        }

        id = 0;
        return false;
    }

    private void CountUnfinished(PendingHandshake pending, int change)
    {
        _unfinished += change;
        _unfinishedPerHost.Add(pending.From, change);
        _unfinishedPerPrefix.Add(pending.From, change);
    }

    private void Observe(long now, HandshakeStepKind kind, SessionState state, PendingHandshake pending, int bytes)
    {
        if (_events.ObservesHandshakes)
        {
            var id = pending.SessionId == 0 ? (uint)pending.Shakehand.ClientId << 16 : pending.SessionId;
            var elapsed = TimeSpan.FromMicroseconds(now - pending.StartedAt);
            _events.OnHandshakeStep(new HandshakeStep(kind, state, id, bytes, 0, elapsed), pending.From);
        }
    }
}
