using System.Diagnostics;
using UDPack.Diagnostics;
using UDPack.Protocol;

namespace UDPack;

public sealed partial class UdpackListener
{
    /// <summary>
    /// Has sessions looked at on the loop, at most about <paramref name="most"/> of them: with more, every second, third and so on, others
    /// each time.
    /// </summary>
    internal void VisitSessions(int most, Action<UdpackSession> visit) => _loop.Post(_ =>
    {
        var stride = 1 + (_sessions.Count / most);
        var number = _visits++;
        foreach (var (_, session) in _sessions)
        {
            if (number++ % stride == 0)
            {
                visit(session);
            }
        }
    });

    private void OnHandshakeEnded(in HandshakeEnd end)
    {
        if (end is { Outcome: HandshakeOutcome.Refused, Rejection: HandshakeRejection.Busy })
        {
            _log.OnFull(end.From, end.Limit, ActiveSessions);
        }

        _options.Observer?.OnHandshakeEnded(ServerTracing.ResultOf(end.Outcome), TimeSpan.FromMicroseconds(end.Micros));
        if (end.Trace is Activity span)
        {
            // Exporters run as it ends, and they are not ours: not on the loop.
            span.SetEndTime(DateTime.UtcNow);
            var result = end;
            _options.Network.Queue(static ended => ServerTracing.EndHandshake((Activity)ended.Trace!, ended), result);
        }
    }
}
