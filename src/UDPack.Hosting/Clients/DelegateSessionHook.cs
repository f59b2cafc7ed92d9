namespace UDPack.Hosting.Clients;

/// <summary>A session hook in the form of a delegate.</summary>
internal sealed class DelegateSessionHook(Func<UdpackSession, CancellationToken, ValueTask> onSession) : IUdpackClientSessionHook
{
    public ValueTask OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => onSession(session, cancellationToken);
}
