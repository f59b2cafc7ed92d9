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
                return new IPEndPoint(await LookUpAsync(options.Network, name, local, cancellationToken).ConfigureAwait(false), name.Port);
            default:
                throw new ArgumentException($"RemoteEndPoint must be an IPEndPoint or a DnsEndPoint, not {options.RemoteEndPoint.GetType().Name}.", nameof(options));
        }
    }

    private static async Task<IPAddress> LookUpAsync(UdpackNetwork network, DnsEndPoint name, IPEndPoint? local, CancellationToken cancellationToken)
    {
        // A socket reaches its own family; only one bound to any IPv6 address reaches both.
        var wanted = local is null || local.Address.Equals(IPAddress.IPv6Any) ? name.AddressFamily : local.AddressFamily;
        try
        {
            var addresses = await network.ResolveAsync(name.Host, wanted, cancellationToken).ConfigureAwait(false);
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
