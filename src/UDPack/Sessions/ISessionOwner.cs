using System.Net;

namespace UDPack.Sessions;

/// <summary>The listener or client a session belongs to.</summary>
internal interface ISessionOwner
{
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The endpoint's name; a client has none.</summary>
    string EndpointName => "";

    /// <summary>Called once, on the loop's thread.</summary>
    void OnSessionEnded(UdpackSession session);
}
