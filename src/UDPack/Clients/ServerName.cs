using System.Net;
using System.Net.Sockets;
using UDPack.Sockets;

namespace UDPack.Clients;

/// <summary>Finds the server's addresses.</summary>
internal static class ServerName
{
    /// <summary>Enough for any real server; a name service may say what it likes.</summary>
    private const int MostAddresses = 16;

    /// <summary>Where the server may be, best first; at least one place.</summary>
    public static async ValueTask<IPEndPoint[]> ResolveAsync(UdpackClientOptions options, CancellationToken cancellationToken)
    {
        switch (options.RemoteEndPoint)
        {
            case IPEndPoint known:
                return [known];
            case DnsEndPoint name:
                var addresses = await LookUpAsync(options.Network, name, options.LocalEndPoint, cancellationToken).ConfigureAwait(false);
                return [.. addresses.Select(address => new IPEndPoint(address, name.Port))];
            default:
                throw new ArgumentException($"RemoteEndPoint must be an IPEndPoint or a DnsEndPoint, not {options.RemoteEndPoint.GetType().Name}.", nameof(options));
        }
    }

    public static string Describe(EndPoint server) => server is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{server}";

    /// <summary>The families by turns, each in its own order, beginning with the first address (RFC 8305, 4): one dead family then costs one address.</summary>
    internal static IPAddress[] Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var known = addresses.Distinct().ToArray();
        var first = new Queue<IPAddress>(known.Where(address => address.AddressFamily == known[0].AddressFamily));
        var second = new Queue<IPAddress>(known.Where(address => address.AddressFamily != known[0].AddressFamily));
        var mixed = new List<IPAddress>(known.Length);
        while (mixed.Count < known.Length)
        {
            if (first.TryDequeue(out var address))
            {
                mixed.Add(address);
            }

            if (second.TryDequeue(out address))
            {
                mixed.Add(address);
            }
        }

        return [.. mixed.Take(MostAddresses)];
    }

    private static async Task<IPAddress[]> LookUpAsync(UdpackNetwork network, DnsEndPoint name, IPEndPoint? local, CancellationToken cancellationToken)
    {
        // A socket reaches its own family; only one bound to any IPv6 address reaches both.
        var wanted = local is null || local.Address.Equals(IPAddress.IPv6Any) ? name.AddressFamily : local.AddressFamily;
        try
        {
            var addresses = await network.ResolveAsync(name.Host, wanted, cancellationToken).ConfigureAwait(false);

            // A name that is blocked often resolves to 0.0.0.0.
            var reachable = Array.FindAll(addresses, address => AddressRules.RemoteProblem(address, local?.Address) is null);
            if (reachable.Length > 0)
            {
                return Interleave(reachable);
            }

            if (addresses.Length > 0)
            {
                throw new UdpackException(
                    UdpackError.NameNotResolved,
                    $"The server's name {name.Host} has no address that can be reached: it resolves to {string.Join(", ", addresses.Select(static address => $"{address}"))}.");
            }
        }
        catch (SocketException exception)
        {
            throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} does not resolve: {exception.Message}.", exception);
        }

        throw new UdpackException(UdpackError.NameNotResolved, $"The server's name {name.Host} has no address.");
    }
}
