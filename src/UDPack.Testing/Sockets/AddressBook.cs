using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Testing.Sockets;

/// <summary>Who is bound where. A socket bound to any address has one of its own and is reached at all others too, which are its host's further ones. Not thread-safe.</summary>
internal sealed class AddressBook(SimulatedNetwork network)
{
    private const ushort FirstEphemeral = 49_152;

    // Blocks reserved for benchmarks of networks: 198.18.0.0/15 and 2001:2::/48.
    private const uint HostsIPv4 = 0xC6_12_00_00;
    private const ulong HostsIPv6 = 0x2001_0002_0000_0000;

    private readonly Dictionary<PeerAddress, SimulatedSocket> _bound = [];
    private readonly Dictionary<ushort, SimulatedSocket> _wildcards = [];
    private uint _hosts;
    private ushort _lastEphemeral = FirstEphemeral - 1;

    public static PeerAddress ToPeer(IPAddress address, int port = 0) => SocketAddresses.FromEndPoint(new IPEndPoint(address, port));

    public SimulatedSocket Bind(IPEndPoint local)
    {
        var port = local.Port == 0 ? NextEphemeral() : (ushort)local.Port;
        var isIPv4 = local.AddressFamily == AddressFamily.InterNetwork;
        if (!local.Address.Equals(IPAddress.Any) && !local.Address.Equals(IPAddress.IPv6Any))
        {
            var address = ToPeer(local.Address, port);
            var bound = new SimulatedSocket(network, new IPEndPoint(local.Address, port))
            {
                PublicIPv4 = address.IsIPv4 ? address : null,
                PublicIPv6 = address.IsIPv4 ? null : address,
            };
            Claim(address, bound);
            return bound;
        }

        if (_wildcards.ContainsKey(port))
        {
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }

        var host = ++_hosts;
        var own = PeerAddress.FromIPv4(HostsIPv4 + host, port);

        // An IPv4 socket says its own address, since tests want to set its links; one that speaks both families has two.
        var socket = new SimulatedSocket(network, isIPv4 ? SocketAddresses.ToEndPoint(own) : new IPEndPoint(IPAddress.IPv6Any, port)) { PublicIPv4 = own };
        Claim(own, socket);
        if (!isIPv4)
        {
            socket.PublicIPv6 = new PeerAddress(HostsIPv6, host, 0, port);
            Claim(socket.PublicIPv6.Value, socket);
        }

        _wildcards.Add(port, socket);
        return socket;
    }

    /// <summary>Who receives what is sent there.</summary>
    public SimulatedSocket? Find(in PeerAddress to) =>
        _bound.TryGetValue(to, out var exact) ? exact : _wildcards.GetValueOrDefault(to.Port);

    public void Remove(SimulatedSocket socket)
    {
        foreach (var address in Addresses(socket))
        {
            _bound.Remove(address);
        }

        var port = (ushort)socket.LocalEndPoint.Port;
        if (_wildcards.GetValueOrDefault(port) == socket)
        {
            _wildcards.Remove(port);
        }
    }

    /// <summary>Gives a socket, named by its local or its present public address, a new public port and perhaps address.</summary>
    public IPEndPoint Rebind(IPEndPoint endPoint, IPAddress? newAddress)
    {
        var socket = _bound.Values.FirstOrDefault(socket => socket.LocalEndPoint.Equals(endPoint))
            ?? _bound.GetValueOrDefault(SocketAddresses.FromEndPoint(endPoint))
            ?? throw new ArgumentException($"No socket of the simulated network is bound to {endPoint}.", nameof(endPoint));
        if (newAddress is not null && newAddress.AddressFamily != endPoint.AddressFamily)
        {
            throw new ArgumentException("The new address must be of the socket's family.", nameof(newAddress));
        }

        var isIPv6 = endPoint.AddressFamily == AddressFamily.InterNetworkV6;
        var old = (isIPv6 ? socket.PublicIPv6 : socket.PublicIPv4)!.Value;
        var renewed = newAddress is null ? old with { Port = NextEphemeral() } : ToPeer(newAddress, NextEphemeral());
        Remove(socket);
        if (isIPv6)
        {
            socket.PublicIPv6 = renewed;
        }
        else
        {
            socket.PublicIPv4 = renewed;
        }

        foreach (var address in Addresses(socket))
        {
            Claim(address, socket);
        }

        return SocketAddresses.ToEndPoint(renewed);
    }

    private static IEnumerable<PeerAddress> Addresses(SimulatedSocket socket)
    {
        if (socket.PublicIPv4 is { } four)
        {
            yield return four;
        }

        if (socket.PublicIPv6 is { } six)
        {
            yield return six;
        }
    }

    private void Claim(in PeerAddress address, SimulatedSocket socket)
    {
        if (!_bound.TryAdd(address, socket))
        {
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }
    }

    private ushort NextEphemeral()
    {
        for (var tries = 0; tries <= ushort.MaxValue - FirstEphemeral; tries++)
        {
            _lastEphemeral = _lastEphemeral == ushort.MaxValue ? FirstEphemeral : (ushort)(_lastEphemeral + 1);
            if (!_wildcards.ContainsKey(_lastEphemeral))
            {
                return _lastEphemeral;
            }
        }

        throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }
}
