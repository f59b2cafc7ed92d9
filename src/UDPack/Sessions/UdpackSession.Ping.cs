using UDPack.Sessions;

namespace UDPack;

/// <summary>Round trips on demand.</summary>
public sealed partial class UdpackSession
{
    /// <summary>
    /// Pings the peer and waits for the answer. The peer's transport answers, whatever either application sends or takes; several pings may be on their way.
    /// A ping is sent once: if it or its answer is lost, nothing comes until <paramref name="cancellationToken"/> fires or the session ends, so give
    /// it one that fires after as long as an answer may take. A peer keeps at most 16 that it has not answered yet.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time from the ping's leaving to its answer's arrival. What it waited for room in the congestion window is not in it.</returns>
    /// <exception cref="UdpackException">The session has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired before an answer came.</exception>
    public async ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var round = new PingRound();
        _loop.Post(_ => _core.Pings.Send(round));
        using var ended = Closed.UnsafeRegister(_ => round.Fail(CreateEndException()), null);
        using var cancelled = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                round.Cancel(token);
                _loop.Post(_ => _core.Pings.Forget(round));
            },
            null);
        return await round.Task.ConfigureAwait(false);
    }
}
