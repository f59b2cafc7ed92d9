using System.Net;

namespace UDPack.Hosting.Server;

/// <summary>What the server needs of a listener; lets its life cycle be tested without sockets.</summary>
internal interface IServerListener : IAsyncDisposable
{
    IPEndPoint LocalEndPoint { get; }

    int ActiveSessions { get; }

    int PendingHandshakes { get; }

    /// <inheritdoc cref="UdpackListener.Sessions"/>
    IEnumerable<UdpackSession> Sessions { get; }

    Task Completion { get; }

    void Reconfigure(UdpackListenerOptions options);

    void SetAdmitting(bool admitting);

    ValueTask<UdpackSession> AcceptSessionAsync(CancellationToken cancellationToken);

    UdpackListenerStatistics GetStatistics();

    /// <summary>Has about so many sessions looked at, soon and on the listener's own thread.</summary>
    void VisitSessions(int most, Action<UdpackSession> visit);

    Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken);
}

/// <summary>Binds listeners.</summary>
internal interface IListenerFactory
{
    /// <summary>Binds without admitting sessions yet.</summary>
    IServerListener Listen(UdpackListenerOptions options);
}
