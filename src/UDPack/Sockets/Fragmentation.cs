using System.Buffers.Binary;
using System.Net.Sockets;

namespace UDPack.Sockets;

/// <summary>
/// Has the system send every datagram whole or not at all, whatever its family: a path MTU search by datagrams that arrive in fragments
/// finds sizes that no link carries. .NET's own property reaches IPv4 only.
/// </summary>
internal static class Fragmentation
{
    private const int LevelIP = 0;
    private const int LevelIPv6 = 41;

    /// <summary>IP_PMTUDISC_PROBE: never cut, and never asked of the system's cache of path MTUs, which a forged ICMP message can lower.</summary>
    private const int Probe = 3;

    private const int LinuxMtuDiscover = 10;
    private const int LinuxMtuDiscoverV6 = 23;
    private const int WindowsMtuDiscover = 71;
    private const int MacDontFragment = 28;
    private const int BsdDontFragment = 67;
    private const int UnixDontFragmentV6 = 62;

    /// <summary>Before it is bound.</summary>
    /// <returns>Whether all that the socket can send stays whole.</returns>
    public static bool TryForbid(Socket socket)
    {
        var speaksIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        var speaksIPv4 = !speaksIPv6 || socket.DualMode;

        // Both: a socket for both families obeys the option of the family that a datagram takes.
        var whole = !speaksIPv4 || TrySetIPv4(socket);
        return (!speaksIPv6 || TrySetIPv6(socket)) && whole;
    }

    private static bool TrySetIPv4(Socket socket) =>
        OperatingSystem.IsLinux() ? TrySet(socket, LevelIP, LinuxMtuDiscover, Probe)
        : OperatingSystem.IsWindows() ? TrySet(socket, LevelIP, WindowsMtuDiscover, Probe) || TrySetPortably(socket)
        : OperatingSystem.IsMacOS() ? TrySet(socket, LevelIP, MacDontFragment, 1)
        : OperatingSystem.IsFreeBSD() ? TrySet(socket, LevelIP, BsdDontFragment, 1)
        : TrySetPortably(socket);

    private static bool TrySetIPv6(Socket socket) =>
        OperatingSystem.IsLinux() ? TrySet(socket, LevelIPv6, LinuxMtuDiscoverV6, Probe)
        : OperatingSystem.IsWindows() ? TrySet(socket, LevelIPv6, WindowsMtuDiscover, Probe)
        : (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD()) && TrySet(socket, LevelIPv6, UnixDontFragmentV6, 1);

    private static bool TrySetPortably(Socket socket)
    {
        try
        {
            socket.DontFragment = true;
            return socket.AddressFamily == AddressFamily.InterNetwork;
        }
        catch (Exception exception) when (exception is SocketException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool TrySet(Socket socket, int level, int option, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        if (!BitConverter.IsLittleEndian)
        {
            bytes.Reverse();
        }

        try
        {
            socket.SetRawSocketOption(level, option, bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
