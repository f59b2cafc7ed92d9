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

    public static PeerAddress Read(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return address.Family == AddressFamily.InterNetwork
            ? PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[IPv4Offset..]), port)
            : new PeerAddress(
                BinaryPrimitives.ReadUInt64BigEndian(bytes[IPv6Offset..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[(IPv6Offset + 8)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[ScopeOffset..]),
                port);
    }

    /// <summary>Writes into an address of the socket's family.</summary>
    public static void Write(in PeerAddress peer, SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], peer.Port);
        if (address.Family == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[IPv4Offset..], peer.IPv4);
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes[IPv6Offset..], peer.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(IPv6Offset + 8)..], peer.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ScopeOffset..], peer.ScopeId);
    }

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
}
