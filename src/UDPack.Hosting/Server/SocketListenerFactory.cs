using System.Net;

namespace UDPack.Hosting.Server;

/// <summary>The core library's listeners.</summary>
internal sealed class SocketListenerFactory : IListenerFactory
{
    public IServerListener Listen(UdpackListenerOptions options) => new SocketListener(UdpackListener.Listen(options, admit: false));

    private sealed class SocketListener(UdpackListener listener) : IServerListener
    {
        public IPEndPoint LocalEndPoint => listener.LocalEndPoint;

        public int ActiveSessions => listener.ActiveSessions;

        public int PendingHandshakes => listener.PendingHandshakes;

        public IEnumerable<UdpackSession> Sessions => listener.Sessions;

        public Task Completion => listener.Completion;

        public void Reconfigure(UdpackListenerOptions options) => listener.Reconfigure(options);

        public void SetAdmitting(bool admitting) => listener.Admitting = admitting;

        public ValueTask<UdpackSession> AcceptSessionAsync(CancellationToken cancellationToken) => listener.AcceptSessionAsync(cancellationToken);

        public UdpackListenerStatistics GetStatistics() => listener.GetStatistics();

        public void VisitSessions(int most, Action<UdpackSession> visit) => listener.VisitSessions(most, visit);

        public Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken) => listener.StopAsync(drainTimeout, cancellationToken);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
