using UDPack.Protocol.Sessions;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol.Handshake;

/// <summary>Where a handshake stands on the server.</summary>
internal enum PendingState
{
    /// <summary>A worker opens, judges or agrees.</summary>
    Working,

    /// <summary>Answered; the session is OPEN and waits for its confirmation.</summary>
    Open,

    /// <summary>The confirmation did not come in time. Another shakehand is answered anew, with the verdict that stands.</summary>
    Expired,

    /// <summary>Refused; the refusal is repeated for repeats.</summary>
    Refused,

    /// <summary>The session is READY; repeats are dropped.</summary>
    Ready,
}

/// <summary>One client's attempt from one address, kept to recognise repeats until 30 s after the last.</summary>
internal sealed class PendingHandshake(IPendingOwner owner, OpenedShakehand shakehand, long now) : TimerNode
{
    public const long Lifetime = 30_000_000;

    /// <summary>The way the last shakehand came, and its answer goes back; the remote end stays the same.</summary>
    public required NetworkPath Path { get; set; }

    public PeerAddress From => Path.Remote;

    public OpenedShakehand Shakehand { get; } = shakehand;

    public PendingState State { get; set; }

    public long StartedAt { get; } = now;

    public long LastShakehandAt { get; set; } = now;

    /// <summary>The owner's own, for <see cref="HandshakeEnd.Trace"/>.</summary>
    public object? Trace { get; set; }

    /// <summary>The size of the shakehand, which no answer may exceed.</summary>
    public int ShakehandSize { get; set; }

    /// <summary>The id the session has or will have.</summary>
    public uint SessionId { get; set; }

    public Session? Session { get; set; }

    /// <summary>The server's share, group and point; the same in every reply.</summary>
    public byte[]? ServerShare { get; set; }

    /// <summary>The server's parameters, the same in every reply even if the options change meanwhile.</summary>
    public TransportParameters Parameters { get; set; } = TransportParameters.Default;

    public long RepliedAt { get; set; }

    public int Replies { get; set; }

    public bool IsReplyDue { get; set; }

    /// <summary>The whole refusal datagram, sent again as it is.</summary>
    public byte[]? Refusal { get; set; }

    /// <summary>Removed; a worker that is still busy with it works in vain.</summary>
    public bool IsDropped { get; set; }

    // For the list of finished handshakes, the oldest first.
    public PendingHandshake? PreviousRemembered { get; set; }

    public PendingHandshake? NextRemembered { get; set; }

    public bool IsRemembered { get; set; }

    public override void OnTimer(long now) => owner.OnPendingTimer(now, this);
}

/// <summary>Whoever keeps pending handshakes.</summary>
internal interface IPendingOwner
{
    void OnPendingTimer(long now, PendingHandshake pending);
}
