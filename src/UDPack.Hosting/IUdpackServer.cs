using System.Net;

namespace UDPack.Hosting;

/// <summary>The application's UDPack server; a service of the host.</summary>
public interface IUdpackServer
{
    /// <summary>
    /// Where the server listens, by endpoint name, with the ports that were picked. Empty until the host has started it.
    /// </summary>
    IReadOnlyDictionary<string, IPEndPoint> Endpoints { get; }
}
