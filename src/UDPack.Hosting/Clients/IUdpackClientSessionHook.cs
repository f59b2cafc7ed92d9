namespace UDPack.Hosting;

/// <summary>Runs at the beginning of each session of a client's lasting connection: to sign in, subscribe again or send what the server must know. Must be thread-safe if it is added to several clients.</summary>
public interface IUdpackClientSessionHook
{
    /// <summary>
    /// Called for each new session, the first and every other one, before anyone else gets it: what waits to be sent goes out after this has ended, and packets that
    /// it takes itself nobody else sees. If it throws, that is logged, the session is ended, and the connection tries again later. What it starts for longer than
    /// that must end with <see cref="UdpackSession.Closed"/>.
    /// </summary>
    /// <param name="session">The session. It belongs to the connection: do not dispose it.</param>
    /// <param name="cancellationToken">Fires when the session has ended, or the host stops.</param>
    ValueTask OnSessionAsync(UdpackSession session, CancellationToken cancellationToken);
}
