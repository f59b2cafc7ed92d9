namespace UDPack.Hosting;

/// <summary>
/// The application's side of a session. Made for each session from the session's own dependency injection scope,
/// which is disposed when <see cref="OnSessionAsync"/> has returned.
/// </summary>
public abstract class UdpackSessionHandler
{
    /// <summary>
    /// Handles one session, for as long as it lives. When the task ends, the session is closed gracefully: what was
    /// sent is still delivered. An exception ends the session with an error, is logged once, and concerns no other session.
    /// </summary>
    /// <param name="session">The session; READY.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the session has ended, or should: the server is stopping and waits for the drain timeout at most.
    /// An <see cref="OperationCanceledException"/> after that is a normal end. To tell both apart see
    /// <see cref="UdpackSession.Closed"/> and <see cref="UdpackSession.CloseRequested"/>.
    /// </param>
    public abstract Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken);
}
