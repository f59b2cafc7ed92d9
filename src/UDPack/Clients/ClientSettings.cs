using System.Net;
using System.Net.Sockets;
using UDPack.Sockets;

namespace UDPack.Clients;

/// <summary>The rules of a client's options.</summary>
internal static class ClientSettings
{
    public static void Validate(UdpackClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.RemoteEndPoint);
        ArgumentNullException.ThrowIfNull(options.ServerPublicKey);
        ArgumentNullException.ThrowIfNull(options.Ciphers);
        ArgumentNullException.ThrowIfNull(options.Network);
        options.Network.CheckTime(options.TimeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryInterval, TimeSpan.FromMilliseconds(1));
        if (options.ConnectTimeout is { } timeout)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromMilliseconds(1), nameof(options.ConnectTimeout));
        }

        if (options.KeepAliveInterval is { } interval)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReceiveBufferBytes, 1024);
        if (options.LocalEndPoint is { AddressFamily: AddressFamily.InterNetwork }
            && options.RemoteEndPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6, Address.IsIPv4MappedToIPv6: false })
        {
            throw new ArgumentException("LocalEndPoint is an IPv4 address and RemoteEndPoint an IPv6 address; they must be of one family.", nameof(options));
        }

        if (options.LocalEndPoint is { AddressFamily: AddressFamily.InterNetworkV6 } local
            && !local.Address.Equals(IPAddress.IPv6Any)
            && options.RemoteEndPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetwork })
        {
            throw new ArgumentException("LocalEndPoint is one IPv6 address and RemoteEndPoint an IPv4 address; they must be of one family.", nameof(options));
        }

        CheckAddresses(options);
        if (!options.Ciphers.IsSupported(options.Algorithm))
        {
            throw new ArgumentException($"Algorithm {options.Algorithm} is not supported on this platform.", nameof(options));
        }

        SessionSettings.Validate(options.Session);
    }

    private static void CheckAddresses(UdpackClientOptions options)
    {
        var (address, port) = options.RemoteEndPoint switch
        {
            IPEndPoint known => (known.Address, known.Port),
            DnsEndPoint name => (IPAddress.TryParse(name.Host, out var written) ? written : null, name.Port),
            _ => (null, 1),
        };
        if (port == 0)
        {
            throw new ArgumentException("RemoteEndPoint has port 0. Set it to the port that the server listens on.", nameof(options));
        }

        if (address is not null && AddressRules.RemoteProblem(address, options.LocalEndPoint?.Address) is { } problem)
        {
            throw new ArgumentException($"RemoteEndPoint: {problem}", nameof(options));
        }

        if (options.LocalEndPoint is { } local && AddressRules.LocalProblem(local.Address) is { } localProblem)
        {
            throw new ArgumentException($"LocalEndPoint: {localProblem}", nameof(options));
        }
    }
}
