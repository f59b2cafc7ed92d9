using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SocksProxy.Socks;

/// <summary>Where a connection is to go: an address or a name, with a port. Its bytes are those of RFC 1928, 5, also between the two sides.</summary>
/// <param name="Host">The address or the name.</param>
/// <param name="Address">The address; null if it is a name, which the exit looks up.</param>
/// <param name="Port">The TCP port.</param>
internal sealed record Target(string Host, IPAddress? Address, ushort Port)
{
    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    /// <summary>How many bytes follow the type: a name's first one is its length. Null for an unknown type.</summary>
    public static int? AddressBytes(byte type, byte first) => type switch
    {
        IPv4 => 4,
        IPv6 => 16,
        Name => 1 + first,
        _ => null,
    };

    public static Target? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || AddressBytes(bytes[0], bytes[1]) is not { } length || bytes.Length != 1 + length + sizeof(ushort))
        {
            return null;
        }

        var host = bytes.Slice(1, length);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[^sizeof(ushort)..]);
        if (bytes[0] != Name)
        {
            var address = new IPAddress(host);
            return new Target(address.ToString(), address, port);
        }

        // Internationalized names come in their ASCII form.
        return length > 1 && Ascii.IsValid(host[1..]) ? new Target(Encoding.ASCII.GetString(host[1..]), null, port) : null;
    }

    public byte[] ToBytes()
    {
        byte[] host = Address is null ? [(byte)Host.Length, .. Encoding.ASCII.GetBytes(Host)] : Address.GetAddressBytes();
        var type = Address is null ? Name : Address.AddressFamily == AddressFamily.InterNetwork ? IPv4 : IPv6;
        return [type, .. host, (byte)(Port >> 8), (byte)Port];
    }

    public override string ToString() => Address is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
