namespace UDPack.Hosting.Handlers;

/// <summary>A delegate as a handler; has no state, so one serves all sessions.</summary>
internal sealed class DelegateHandler(Func<UdpackSession, CancellationToken, Task> handler) : UdpackSessionHandler
{
    public override Task OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => handler(session, cancellationToken);
}
