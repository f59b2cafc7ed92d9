using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using UDPack.Protocol;

namespace UDPack.Sockets.Linux;

/// <summary>
/// <see cref="IDatagramSocket"/> over Linux' own calls: it tells at which address a datagram came and answers from there, waits to the
/// microsecond, and is woken without the network. Bound by .NET's socket, which also names what went wrong then.
/// </summary>
internal sealed unsafe class LinuxDatagramSocket : IDatagramSocket
{
    private const int AddressSize = 28;
    private const int MicrosPerSecond = 1_000_000;

    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly SafeFileHandle _wake;
    private readonly bool _isIPv4;

    // Reports may wait: a receive, a send or a wait met one.
    private bool _hasReports;

    // Bound to one address: everything comes there and leaves from there anyway.
    private readonly PeerAddress? _only;

    public LinuxDatagramSocket(IPEndPoint local, int receiveBufferBytes)
    {
        _isIPv4 = local.AddressFamily == AddressFamily.InterNetwork;
        _socket = BoundSocket.Open(local, receiveBufferBytes, out var mayFragment, TellPacketInfo);
        MayFragment = mayFragment;
        _handle = _socket.SafeHandle;
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        var bound = SocketAddresses.FromEndPoint(LocalEndPoint);

        // Bound to a link-local one of IPv4, it is not to an interface: only each datagram tells that.
        _only = SocketAddresses.IsAny(LocalEndPoint.Address) || bound.IsLinkLocalIPv4 ? null : bound with { Port = 0 };
        var wake = LibC.CreateEvent(0, LibC.EventCloseOnExec | LibC.EventNonBlocking);
        if (wake < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new SocketException((int)SocketError.TooManyOpenSockets, $"No eventfd: {new Win32Exception(error).Message}");
        }

        _wake = new SafeFileHandle(wake, ownsHandle: true);
    }

    /// <summary>Whether the process has the layouts that <see cref="LibC"/> knows.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    public IPEndPoint LocalEndPoint { get; }

    public bool MayFragment { get; }

    public bool IsFull { get; private set; }

    [SkipLocalsInit]
    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path)
    {
        var address = stackalloc byte[AddressSize];
        var control = stackalloc byte[PacketInfo.MaxSize];
        LibC.MessageHeader message;
        nint received;
        fixed (byte* bytes = buffer)
        {
            var vector = new LibC.IoVector { Base = bytes, Length = (nuint)buffer.Length };
            message = new LibC.MessageHeader
            {
                Name = address,
                NameLength = AddressSize,
                Vectors = &vector,
                VectorCount = 1,
                Control = _only is null ? control : null,
                ControlLength = _only is null ? PacketInfo.MaxSize : 0u,
            };
            received = LibC.ReceiveMessage(_handle, &message, LibC.DontWait);
        }

        path = default;
        length = -1;
        if (received < 0)
        {
            // Anything but "nothing is there" took a datagram's place: there may be more behind it.
            var error = Marshal.GetLastPInvokeError();
            _hasReports |= error is not (LibC.AgainError or LibC.InterruptedError);
            return error != LibC.AgainError;
        }

        length = (int)received;
        path = new NetworkPath(
            _only ?? PacketInfo.Read(new ReadOnlySpan<byte>(control, (int)message.ControlLength)),
            SocketAddresses.Read(new ReadOnlySpan<byte>(address, AddressSize), _isIPv4));
        return true;
    }

    [SkipLocalsInit]
    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
    {
        var address = stackalloc byte[AddressSize];
        var control = stackalloc byte[PacketInfo.MaxSize];
        var message = new LibC.MessageHeader
        {
            Name = address,
            NameLength = (uint)SocketAddresses.Write(path.Remote, new Span<byte>(address, AddressSize), _isIPv4),
            VectorCount = 1,
        };
        if (_only is null && path.Local != default)
        {
            message.Control = control;
            message.ControlLength = (nuint)PacketInfo.Write(path.Local, _isIPv4, new Span<byte>(control, PacketInfo.MaxSize));
        }

        var all = true;
        IsFull = false;
        fixed (byte* bytes = datagrams)
        {
            // What follows a datagram that went and finds no room is lost: a batch is taken once.
            for (var sent = 0; sent < datagrams.Length && !IsFull; sent += segmentSize)
            {
                var vector = new LibC.IoVector { Base = bytes + sent, Length = (nuint)Math.Min(segmentSize, datagrams.Length - sent) };
                message.Vectors = &vector;
                all &= Send(&message, out var foundNoRoom);
                IsFull = foundNoRoom && sent == 0;
            }
        }

        return all;
    }

    public void Wait(long timeoutMicros)
    {
        var descriptors = stackalloc LibC.PollDescriptor[2];
        descriptors[0] = new LibC.PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = IsFull ? LibC.ReadableOrWritable : LibC.Readable };
        descriptors[1] = new LibC.PollDescriptor { Descriptor = (int)_wake.DangerousGetHandle(), Events = LibC.Readable };

        // Once: a loop that has given up what found no room must not be woken for it again and again.
        IsFull = false;
        var (seconds, micros) = Math.DivRem(timeoutMicros, MicrosPerSecond);
        var limit = new LibC.TimeSpec { Seconds = seconds, Nanoseconds = micros * 1000 };

        // A signal ends it early: the loop looks, finds nothing to do, and waits again.
        _ = LibC.Poll(descriptors, 2, timeoutMicros < 0 ? null : &limit, null);
        _hasReports |= (descriptors[0].Returned & LibC.Failed) != 0;
        if (descriptors[1].Returned != 0)
        {
            ulong count;
            _ = LibC.Read(_wake, &count, sizeof(ulong));
        }
    }

    /// <summary>Off again as soon as it is of no use: such reports also take the place of what is sent next. Turning it off drops those that wait.</summary>
    public void WatchUnreachable(bool isOn)
    {
        ReadOnlySpan<byte> value = [(byte)(isOn ? 1 : 0), 0, 0, 0];
        _hasReports = false;
        try
        {
            if (!_isIPv4)
            {
                _socket.SetRawSocketOption(LibC.LevelIPv6, LibC.ReceiveErrorsV6, value);
            }

            // Also on sockets of IPv6, which may reach IPv4.
            _socket.SetRawSocketOption(LibC.LevelIP, LibC.ReceiveErrors, value);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // A sandbox that knows no such option, or a socket that is closed: silence stays without an explanation.
        }
    }

    public bool TryTakeUnreachable(out PeerAddress address)
    {
        address = default;
        if (!_hasReports)
        {
            return false;
        }

        var name = stackalloc byte[AddressSize];
        _hasReports = TryTakeReport(name, out var isRefused);
        if (isRefused)
        {
            address = SocketAddresses.Read(new ReadOnlySpan<byte>(name, AddressSize), _isIPv4);
        }

        return _hasReports;
    }

    public void Wake()
    {
        var one = 1UL;
        try
        {
            _ = LibC.Write(_wake, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // A closed socket has no loop.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _wake.Dispose();
    }

    /// <summary>Takes one report of the queue: of which destination, and whether it says that nobody listens there.</summary>
    private bool TryTakeReport(byte* name, out bool isRefused)
    {
        const int controlSize = 512;
        const int headerSize = 16;
        var control = stackalloc byte[controlSize];
        byte content;
        var vector = new LibC.IoVector { Base = &content, Length = 1 };
        var message = new LibC.MessageHeader
        {
            Name = name,
            NameLength = AddressSize,
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = controlSize,
        };
        isRefused = false;
        if (LibC.ReceiveMessage(_handle, &message, LibC.ErrorQueue | LibC.DontWait) < 0)
        {
            return false;
        }

        // Of the control messages only one begins with an error's number: struct sock_extended_err.
        for (var rest = new ReadOnlySpan<byte>(control, (int)message.ControlLength); rest.Length > headerSize + sizeof(int);)
        {
            var length = (int)Math.Min(MemoryMarshal.Read<ulong>(rest), (ulong)rest.Length);
            if (length < headerSize + sizeof(int))
            {
                break;
            }

            var (level, type) = (MemoryMarshal.Read<int>(rest[8..]), MemoryMarshal.Read<int>(rest[12..]));
            if ((level, type) is (LibC.LevelIP, LibC.ReceiveErrors) or (LibC.LevelIPv6, LibC.ReceiveErrorsV6))
            {
                isRefused = MemoryMarshal.Read<int>(rest[headerSize..]) == LibC.ConnectionRefusedError;
                break;
            }

            rest = rest[Math.Min((length + 7) & ~7, rest.Length)..];
        }

        return true;
    }

    /// <summary>
    /// Sends one datagram, without waiting: the send buffer is full while an interface is slow or stands still, or a neighbour on the link does
    /// not answer, and a wait would hold up what all the other sessions receive, and their timers.
    /// </summary>
    private bool Send(LibC.MessageHeader* message, out bool foundNoRoom)
    {
        foundNoRoom = false;
        var mayBeAnothers = true;
        while (LibC.SendMessage(_handle, message, LibC.DontWait) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == LibC.AgainError)
            {
                foundNoRoom = true;
                return false;
            }

            if (error == LibC.InterruptedError)
            {
                continue;
            }

            // A report about an earlier datagram, to whatever address, takes the place of the next one that is sent, and has any error's
            // number. It is gone then, so that a second try tells what is true of this one.
            _hasReports = true;
            if (!mayBeAnothers)
            {
                // No route, a firewall, larger than the interface takes, an address that is gone: to the protocol all of it is loss.
                return false;
            }

            mayBeAnothers = false;
        }

        return true;
    }

    private static void TellPacketInfo(Socket socket)
    {
        ReadOnlySpan<byte> on = [1, 0, 0, 0];
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.SetRawSocketOption(LibC.LevelIP, LibC.PacketInfo, on);
            }
            else
            {
                socket.SetRawSocketOption(LibC.LevelIPv6, LibC.ReceivePacketInfoV6, on);
            }
        }
        catch (SocketException)
        {
            // A sandbox that knows no such option: local ends stay unknown, as on other systems.
        }
    }
}
