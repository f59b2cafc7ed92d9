using Microsoft.Extensions.Logging;
using UDPack.Handshakes;
using UDPack.Protocol;
using UDPack.Protocol.Sessions;
using UDPack.Sockets;

namespace UDPack.Diagnostics;

/// <summary>What a listener logs of its clients: bounded whatever they do, and nothing secret. Thread-safe.</summary>
internal sealed partial class ListenerLog(UdpackListenerOptions options, ILogger logger)
{
    private const int SessionsPerSecond = 100;
    private const string Nobody = "nobody";

    private readonly ILogger _logger = logger;

    // One each, so that none hides another. Of what only repeats itself one line a second says it all.
    private readonly LogLimit _begins = new(options.TimeProvider, SessionsPerSecond);
    private readonly LogLimit _ends = new(options.TimeProvider, SessionsPerSecond);
    private readonly LogLimit _unknownKeys = new(options.TimeProvider, perSecond: 1);
    private readonly LogLimit _refusals = new(options.TimeProvider, perSecond: 1);
    private readonly LogLimit _moves = new(options.TimeProvider, perSecond: 1);
    private readonly LogLimit _full = new(options.TimeProvider, perSecond: 1);
    private readonly LogLimit _rates = new(options.TimeProvider, perSecond: 1);

    public void OnBegan(UdpackSession session)
    {
        if (_logger.IsEnabled(LogLevel.Debug) && _begins.Allows())
        {
            OnUnlogged();
            LogBegan(options.Name, session.Id, UserOf(session), session.RemoteEndPoint, session.Algorithm);
        }
    }

    public void OnEnded(UdpackSession session, TimeSpan lifetime)
    {
        if (session.CloseReason is { } reason && _logger.IsEnabled(LogLevel.Debug) && _ends.Allows())
        {
            OnUnlogged();
            LogEnded(options.Name, session.Id, UserOf(session), session.RemoteEndPoint, lifetime.TotalSeconds, reason.Cause, MoreOf(reason));
        }
    }

    /// <summary>A shakehand was sealed for a key that the ring does not have.</summary>
    public void OnUnknownKey(in PeerAddress remote, uint keyId, ServerKeyRing keys)
    {
        if (_logger.IsEnabled(LogLevel.Information) && _unknownKeys.Allows())
        {
            LogUnknownKey(options.Name, SocketAddresses.ToEndPoint(remote), ServerPublicKey.TextOf(keyId), NamesOf(keys), _unknownKeys.TakeSkipped());
        }
    }

    /// <summary>A client was refused as there is no room for its session.</summary>
    public void OnFull(in PeerAddress remote, SessionLimit limit, int sessions)
    {
        if (_logger.IsEnabled(LogLevel.Information) && _refusals.Allows())
        {
            LogFull(options.Name, SocketAddresses.ToEndPoint(remote), TextOf(limit), sessions, _refusals.TakeSkipped());
        }
    }

    /// <summary>A session ended as its client moved to where no further session may be.</summary>
    public void OnMoveRefused(UdpackSession session, in PeerAddress before, in PeerAddress remote, SessionLimit limit)
    {
        if (_logger.IsEnabled(LogLevel.Information) && _moves.Allows())
        {
            LogMoveRefused(
                options.Name, session.Id, UserOf(session), SocketAddresses.ToEndPoint(before), SocketAddresses.ToEndPoint(remote), TextOf(limit), _moves.TakeSkipped());
        }
    }

    /// <summary>A client's shakehand was dropped without an answer.</summary>
    public void OnShakehandDropped(in PeerAddress remote, DropReason reason)
    {
        var limit = reason == DropReason.HandshakeRate ? _rates : _full;
        if (_logger.IsEnabled(LogLevel.Information) && limit.Allows())
        {
            LogShakehandDropped(options.Name, SocketAddresses.ToEndPoint(remote), TextOf(reason), limit.TakeSkipped());
        }
    }

    /// <summary>The listener stops, and so does the log: what it left out is told now.</summary>
    public void OnStopped() => OnUnlogged();

    /// <summary>Says how many sessions came and went without a line since this was last said.</summary>
    private void OnUnlogged()
    {
        var (began, ended) = (_begins.TakeSkipped(), _ends.TakeSkipped());
        if (began + ended > 0)
        {
            LogUnloggedSessions(options.Name, began, ended, SessionsPerSecond);
        }
    }

    private static string UserOf(UdpackSession session) => session.User?.Identity?.Name is { Length: > 0 } name ? name : Nobody;

    private static string MoreOf(UdpackCloseReason reason) =>
        (reason.Reason == GoAwayReason.Unspecified ? "" : $", reason {reason.Reason}")
        + (reason.ApplicationCode is { } code ? $", application code {code}" : "")
        + (reason.Detail is { } text ? $", \"{text}\"" : "");

    private static string NamesOf(ServerKeyRing keys) => string.Join(", ", keys.Keys
        .OrderByDescending(key => key == keys.Active)
        .Select(key => $"{key.PublicKey.KeyIdText}{(key.Name is { } name ? $" '{name}'" : "")}{(key == keys.Active ? " (active)" : "")}"));

    private string TextOf(DropReason reason) => reason == DropReason.HandshakeRate
        ? $"their prefix begins more than HandshakeRatePerPrefix, {options.HandshakeRatePerPrefix} a second"
        : $"as many are pending as may be (MaxPendingHandshakes is {options.MaxPendingHandshakes}), or as many wait for a worker (HandshakeQueueLength is {options.HandshakeQueueLength})";

    private string TextOf(SessionLimit limit) => limit switch
    {
        SessionLimit.Endpoint => $"MaxSessions is {options.MaxSessions}",
        SessionLimit.Address => $"MaxSessionsPerAddress is {options.MaxSessionsPerAddress}",
        SessionLimit.Prefix => $"MaxSessionsPerPrefix is {options.MaxSessionsPerPrefix}",
        _ => "as many token validators run as handshakes may be pending, or a limit of sessions was reached a moment ago",
    };
}
