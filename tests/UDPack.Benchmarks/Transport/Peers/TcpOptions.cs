using System.Buffers.Binary;
using System.Net.Sockets;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>Options of Linux's TCP that .NET has no name for.</summary>
internal static class TcpOptions
{
    private const int Level = 6;
    private const int Info = 11;
    private const int Congestion = 13;
    private const int NotSentLowWaterMark = 25;

    // In struct tcp_info.
    private const int TotalRetransmitsOffset = 100;

    // What servers of HTTP/2 commonly set, so that a new frame waits behind little that the kernel has not sent yet.
    private const int MixedNotSentBytes = 128 * 1024;

    /// <summary>Why sockets here cannot use this congestion control; null if they can.</summary>
    public static string? FindObstacle(string congestion)
    {
        using var socket = CreateSocket();
        try
        {
            SetCongestion(socket, congestion);
            return null;
        }
        catch (SocketException exception)
        {
            return $"TCP_CONGESTION={congestion} is refused: {exception.Message}";
        }
        catch (PlatformNotSupportedException)
        {
            return "congestion control per socket needs Linux";
        }
    }

    public static Socket CreateSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static void SetCongestion(Socket socket, string congestion)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException();
        }

        socket.SetRawSocketOption(Level, Congestion, System.Text.Encoding.ASCII.GetBytes(congestion));
    }

    public static void LimitUnsent(Socket socket) => socket.SetRawSocketOption(Level, NotSentLowWaterMark, BitConverter.GetBytes(MixedNotSentBytes));

    public static long GetRetransmits(Socket socket)
    {
        Span<byte> info = stackalloc byte[TotalRetransmitsOffset + sizeof(uint)];
        var length = socket.GetRawSocketOption(Level, Info, info);
        return length == info.Length ? BinaryPrimitives.ReadUInt32LittleEndian(info[TotalRetransmitsOffset..]) : 0;
    }
}
