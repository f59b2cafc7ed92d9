using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;

namespace UDPack.Sockets;

/// <summary>
/// Between the socket's address bytes and the protocol's numbers, without an object per datagram. Port, address and
/// scope lie at the same offsets on all platforms .NET runs on.
/// </summary>
internal static class SocketAddresses
{
    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;
    private const int IPv4Size = 16;
    private const int IPv6Size = 28;
    private const ushort LinuxIPv4 = 2;
    private const ushort LinuxIPv6 = 10;

    public static PeerAddress Read(SocketAddress address) => Read(address.Buffer.Span, address.Family == AddressFamily.InterNetwork);

    /// <summary>Reads a sockaddr of one of the two families.</summary>
    public static PeerAddress Read(ReadOnlySpan<byte> bytes, bool isIPv4)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return isIPv4
            ? PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[IPv4Offset..]), port)
            : PeerAddress.FromIPv6(
                BinaryPrimitives.ReadUInt64BigEndian(bytes[IPv6Offset..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[(IPv6Offset + 8)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[ScopeOffset..]),
                port);
    }

    /// <summary>Writes into an address of the socket's family.</summary>
    public static void Write(in PeerAddress peer, SocketAddress address) =>
        WriteFields(peer, address.Buffer.Span, address.Family == AddressFamily.InterNetwork);

    /// <summary>Writes a sockaddr as Linux has it, for a socket of that family; returns its length.</summary>
    public static int Write(in PeerAddress peer, Span<byte> bytes, bool isIPv4)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, isIPv4 ? LinuxIPv4 : LinuxIPv6);
        WriteFields(peer, bytes, isIPv4);
        return isIPv4 ? IPv4Size : IPv6Size;
    }

    /// <summary>Whether an address means all of a machine's.</summary>
    public static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || (address.IsIPv4MappedToIPv6 && address.MapToIPv4().Equals(IPAddress.Any));

    public static PeerAddress FromEndPoint(IPEndPoint endPoint) => Read(endPoint.Serialize());

    public static IPEndPoint ToEndPoint(in PeerAddress peer)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (peer.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, peer.IPv4);
            return new IPEndPoint(new IPAddress(bytes[..4]), peer.Port);
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, peer.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], peer.Low);
        return new IPEndPoint(new IPAddress(bytes, peer.ScopeId), peer.Port);
    }

    private static void WriteFields(in PeerAddress peer, Span<byte> bytes, bool isIPv4)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], peer.Port);
        if (isIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[IPv4Offset..], peer.IPv4);
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes[IPv6Offset..], peer.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(IPv6Offset + 8)..], peer.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ScopeOffset..], peer.ScopeId);
    }
}
