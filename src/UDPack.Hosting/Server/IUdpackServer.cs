using System.Net;

namespace UDPack.Hosting;

/// <summary>The application's UDPack server; a service of the host.</summary>
public interface IUdpackServer
{
    /// <summary>
    /// Where the server listens, by endpoint name, with the ports that were picked. Empty until the host has started it.
    /// </summary>
    IReadOnlyDictionary<string, IPEndPoint> Endpoints { get; }

    /// <summary>
    /// The sessions of all endpoints, at most the sum of their <c>MaxSessions</c>. Enumerating it copies nothing and may take place on any thread while sessions
    /// come and go: each that is there all the while is met once, one that begins or ends meanwhile perhaps. A session may be met before its handler has
    /// run, and after it has ended. Empty before the start and after the stop.
    /// </summary>
    IEnumerable<UdpackSession> Sessions { get; }

    /// <summary>The sessions of one endpoint; as <see cref="Sessions"/>.</summary>
    /// <param name="endpoint">The endpoint's name; case does not count.</param>
    /// <exception cref="ArgumentException">The server has endpoints, and none of that name; the message lists them.</exception>
    IEnumerable<UdpackSession> GetSessions(string endpoint);
}
