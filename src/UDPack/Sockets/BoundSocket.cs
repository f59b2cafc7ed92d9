using System.Net;
using System.Net.Sockets;

namespace UDPack.Sockets;

/// <summary>Opens and binds the platform's UDP socket as all of this house want it.</summary>
internal static class BoundSocket
{
    /// <param name="local">Where to bind. Any IPv6 address means any IPv4 address too.</param>
    /// <param name="receiveBufferBytes">The receive buffer to ask for.</param>
    /// <param name="mayFragment">Whether the system may cut what it sends into IP fragments.</param>
    /// <param name="configure">Further options.</param>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Socket Open(IPEndPoint local, int receiveBufferBytes, out bool mayFragment, Action<Socket> configure)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = receiveBufferBytes;
            if (local.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            mayFragment = !Fragmentation.TryForbid(socket);
            configure(socket);
            socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
