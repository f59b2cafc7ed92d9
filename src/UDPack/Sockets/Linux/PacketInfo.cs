using System.Buffers.Binary;
using UDPack.Protocol;

namespace UDPack.Sockets.Linux;

/// <summary>
/// The local end of a path as ancillary data: IP_PKTINFO and IPV6_PKTINFO, to and from the bytes of cmsg(3). A socket for both families
/// tells an IPv4 destination as a mapped address, and takes it so.
/// </summary>
internal static class PacketInfo
{
    /// <summary>Room for what is asked of the system, and a little for what it may add.</summary>
    public const int MaxSize = 96;

    private const int HeaderSize = 16;
    private const int LevelOffset = 8;
    private const int TypeOffset = 12;
    private const int SizeIPv4 = 12;
    private const int SizeIPv6 = 20;
    private const int InterfaceOffsetIPv6 = 16;

    /// <summary>Of IPv4's three fields the one that an answer may leave from: the destination itself, but for a broadcast.</summary>
    private const int LocalOffsetIPv4 = 4;

    /// <summary>Where a datagram came to; nothing if the data do not say so, or if nothing can be sent from there.</summary>
    public static PeerAddress Read(ReadOnlySpan<byte> control)
    {
        while (control.Length >= HeaderSize)
        {
            var length = BinaryPrimitives.ReadUInt64LittleEndian(control);
            if (length < HeaderSize || length > (ulong)control.Length)
            {
                break;
            }

            var level = BinaryPrimitives.ReadInt32LittleEndian(control[LevelOffset..]);
            var type = BinaryPrimitives.ReadInt32LittleEndian(control[TypeOffset..]);
            var data = control[HeaderSize..(int)length];
            if ((level, type) == (LibC.LevelIP, LibC.PacketInfo) && data.Length >= SizeIPv4)
            {
                return IfUnicast(PeerAddress.LocalIPv4(
                    BinaryPrimitives.ReadUInt32BigEndian(data[LocalOffsetIPv4..]), BinaryPrimitives.ReadUInt32LittleEndian(data)));
            }

            if ((level, type) == (LibC.LevelIPv6, LibC.PacketInfoV6) && data.Length >= SizeIPv6)
            {
                var scope = BinaryPrimitives.ReadUInt32LittleEndian(data[InterfaceOffsetIPv6..]);
                var address = PeerAddress.FromIPv6(
                    BinaryPrimitives.ReadUInt64BigEndian(data), BinaryPrimitives.ReadUInt64BigEndian(data[sizeof(ulong)..]), scope, port: 0);
                return IfUnicast(address.IsIPv4 ? PeerAddress.LocalIPv4(address.IPv4, scope) : address);
            }

            control = control[Math.Min((int)Aligned(length), control.Length)..];
        }

        return default;
    }

    /// <summary>Writes from where a datagram is to leave, for a socket of the family; returns how many bytes that takes.</summary>
    public static int Write(in PeerAddress local, bool isIPv4Socket, Span<byte> control)
    {
        control = control[..(HeaderSize + (int)Aligned(isIPv4Socket ? SizeIPv4 : (ulong)SizeIPv6))];
        control.Clear();
        var data = control[HeaderSize..];

        // The scope is 0 but for link-local addresses: for others routing chooses the interface.
        if (isIPv4Socket)
        {
            WriteHeader(control, SizeIPv4, LibC.LevelIP, LibC.PacketInfo);
            BinaryPrimitives.WriteUInt32LittleEndian(data, local.ScopeId);
            BinaryPrimitives.WriteUInt32BigEndian(data[LocalOffsetIPv4..], local.IPv4);
        }
        else
        {
            WriteHeader(control, SizeIPv6, LibC.LevelIPv6, LibC.PacketInfoV6);
            BinaryPrimitives.WriteUInt64BigEndian(data, local.High);
            BinaryPrimitives.WriteUInt64BigEndian(data[sizeof(ulong)..], local.Low);
            BinaryPrimitives.WriteUInt32LittleEndian(data[InterfaceOffsetIPv6..], local.ScopeId);
        }

        return control.Length;
    }

    private static void WriteHeader(Span<byte> control, int size, int level, int type)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(control, HeaderSize + (ulong)size);
        BinaryPrimitives.WriteInt32LittleEndian(control[LevelOffset..], level);
        BinaryPrimitives.WriteInt32LittleEndian(control[TypeOffset..], type);
    }

    private static PeerAddress IfUnicast(in PeerAddress address) => address.IsUnicast ? address : default;

    private static ulong Aligned(ulong length) => (length + 7) & ~7UL;
}
