using System.Net;
using System.Net.Sockets;

namespace UDPack.Sockets;

/// <summary>Which addresses can be connected to and bound, and what to write instead of the others.</summary>
internal static class AddressRules
{
    /// <summary>Why nothing can be reached there, and the fix; null if it is an address to connect to.</summary>
    /// <param name="remote">The server's address.</param>
    /// <param name="local">The client's own, whose link a link-local address without scope is on.</param>
    public static string? RemoteProblem(IPAddress remote, IPAddress? local = null)
    {
        if (SocketAddresses.IsAny(remote))
        {
            return $"{remote} stands for all addresses of a machine, which a server can listen on and a client cannot connect to. "
                + $"Set it to an address of the server; on this machine {(remote.Equals(IPAddress.IPv6Any) ? "::1" : "127.0.0.1")}.";
        }

        if (!SocketAddresses.FromEndPoint(new IPEndPoint(remote, 0)).IsUnicast)
        {
            return $"{remote} is a multicast or broadcast address. Set it to the server's own address.";
        }

        return LacksScope(remote) && !(local is not null && HasScope(local)) ? ScopeProblem(remote) : null;
    }

    /// <summary>Why it cannot be bound, and the fix; null if this machine may have it.</summary>
    public static string? LocalProblem(IPAddress local) => LacksScope(local) ? ScopeProblem(local) : null;

    /// <summary>The address with the scope of the client's own, if it is link-local and has none.</summary>
    public static IPAddress WithScopeOf(IPAddress remote, IPAddress local) =>
        LacksScope(remote) && HasScope(local) ? new IPAddress(remote.GetAddressBytes(), local.ScopeId) : remote;

    private static bool LacksScope(IPAddress address) => address.IsIPv6LinkLocal && address.ScopeId == 0;

    private static bool HasScope(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && address is { IsIPv6LinkLocal: true, ScopeId: not 0 };

    private static string ScopeProblem(IPAddress address) =>
        $"{address} is link-local and does not say on which link. Add the interface's number, as in {address}%2 (ip link lists them).";
}
