using System.Net;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>A transport that is compared: how a server process listens with it and how a client process connects.</summary>
/// <param name="name">How the command line and the report call it.</param>
internal abstract class TransportPeer(string name)
{
    public static IReadOnlyList<TransportPeer> All { get; } =
    [
        new UdpackPeer("udpack-bbr", CongestionAlgorithm.Bbr),
        new UdpackPeer("udpack-cubic", CongestionAlgorithm.Cubic),
        new LiteNetLibPeer("litenetlib"),
        new TcpPeer("tcp-cubic", "cubic"),
        new TcpPeer("tcp-bbr", "bbr"),
        new TlsPeer("tls-cubic", "cubic"),
        new TlsPeer("tls-bbr", "bbr"),
        new SeparateTcpPeer("tcp-cubic-separate", "cubic"),
        new SeparateTcpPeer("tcp-bbr-separate", "bbr"),
    ];

    public string Name { get; } = name;

    /// <summary>The largest message it carries.</summary>
    public virtual int MaxMessageBytes => int.MaxValue;

    /// <summary>Whether it differs from its siblings only when channels are used beside each other.</summary>
    public virtual bool OnlyMixed => false;

    public static TransportPeer Find(string name) => All.First(peer => peer.Name == name);

    /// <summary>Why this machine cannot run it; null if it can.</summary>
    public virtual string? FindObstacle() => null;

    /// <summary>Listens for as long as the process lives.</summary>
    /// <param name="address">The address to listen on; the port is free.</param>
    /// <param name="accept">Called for each connection; answers with what handles its messages.</param>
    /// <returns>The port, and what a client must know besides it.</returns>
    public abstract (int Port, string Key) Listen(IPAddress address, Func<IMessageConnection, MessageHandler> accept);

    /// <summary>Connects to what <see cref="Listen"/> of another process made.</summary>
    /// <param name="server">Where it listens.</param>
    /// <param name="key">What else it said.</param>
    /// <param name="mixed">Whether small messages will share the connection with a bulk transfer.</param>
    /// <param name="handler">Handles what the server sends.</param>
    public abstract Task<IMessageConnection> ConnectAsync(IPEndPoint server, string key, bool mixed, MessageHandler handler);
}
