using System.Net;
using System.Net.Sockets;

namespace UDPack.Clients;

/// <summary>Finds the server's address.</summary>
internal static class ServerName
{
    public static async ValueTask<IPEndPoint> ResolveAsync(UdpackClientOptions options, IPEndPoint? local, CancellationToken cancellationToken)
    {
        switch (options.RemoteEndPoint)
        {
            case IPEndPoint known:
                return known;
            case DnsEndPoint name:
                return new IPEndPoint(await LookUpAsync(name, local, cancellationToken).ConfigureAwait(false), name.Port);
            default:
                throw new ArgumentException($"RemoteEndPoint must be an IPEndPoint or a DnsEndPoint, not {options.RemoteEndPoint.GetType().Name}.", nameof(options));
        }
    }

    private static async Task<IPAddress> LookUpAsync(DnsEndPoint name, IPEndPoint? local, CancellationToken cancellationToken)
    {
        // An IPv4 socket reaches nothing else; an IPv6 socket reaches both.
        var wanted = local is { AddressFamily: AddressFamily.InterNetwork } ? AddressFamily.InterNetwork : name.AddressFamily;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name.Host, wanted, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
            {
                return addresses[0];
            }
        }
        catch (SocketException exception)
        {
            throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} does not resolve: {exception.Message}.", exception);
        }

        throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} has no address.");
    }
}
