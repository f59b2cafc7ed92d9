using System.Diagnostics;
using UDPack.Protocol;

namespace UDPack.Diagnostics;

/// <summary>The server's spans. Nobody listens: nothing is made. Tags have few values by design, and never name a peer.</summary>
internal static class ServerTracing
{
    public const string SourceName = "UDPack.Server";
    public const string HandshakeSpan = "udpack.server.handshake";
    public const string SessionSpan = "udpack.server.session";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly string[] Results = EnumNames.Of<HandshakeOutcome>();
    private static readonly string[] Rejections = EnumNames.Of<HandshakeRejection>();
    private static readonly string[] DropReasons = EnumNames.Of<DropReason>();

    /// <summary>Begins the span of a handshake, which is nobody's current one: it ends on another thread.</summary>
    public static Activity? StartHandshake(string endpoint)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var before = Activity.Current;
        Activity.Current = null;
        var span = Source.TryStart(HandshakeSpan, ActivityKind.Server);
        Activity.Current = before;
        return span?.SetTag("endpoint", endpoint);
    }

    public static void EndHandshake(Activity span, in HandshakeEnd end)
    {
        span.SetTag("result", ResultOf(end.Outcome));
        if (ReasonOf(end) is { } reason)
        {
            span.SetTag("reason", reason).SetStatus(ActivityStatusCode.Error);
        }

        var before = Activity.Current;
        span.TryStop();
        Activity.Current = before;
    }

    /// <summary>Begins the span of a session, the current one for its handler.</summary>
    public static Activity? StartSession(string endpoint) =>
        Source.TryStart(SessionSpan, ActivityKind.Server)?.SetTag("endpoint", endpoint);

    public static void EndSession(Activity? span, string cause, bool hasFailed)
    {
        if (span is not null)
        {
            span.SetTag("cause", cause).SetStatus(hasFailed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            span.TryStop();
        }
    }

    public static string ResultOf(HandshakeOutcome outcome) => Results[(int)outcome];

    private static string? ReasonOf(in HandshakeEnd end) => end.Outcome switch
    {
        HandshakeOutcome.Refused => Rejections[(int)end.Rejection],
        HandshakeOutcome.Dropped => DropReasons[(int)end.DropReason],
        _ => null,
    };
}
