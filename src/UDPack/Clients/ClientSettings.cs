using System.Net;
using System.Net.Sockets;

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

        if (!options.Ciphers.IsSupported(options.Algorithm))
        {
            throw new ArgumentException($"Algorithm {options.Algorithm} is not supported on this platform.", nameof(options));
        }

        SessionSettings.Validate(options.Session);
    }
}
