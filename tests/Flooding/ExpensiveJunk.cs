using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;

namespace UDPack.Flooding;

/// <summary>
/// One socket that sends shakehands which cost the server a private-key operation each and the sender nothing: right envelope, key id and
/// lengths, random content. It answers demands for cookies, as a flooder with an address of its own can.
/// </summary>
internal sealed class ExpensiveJunk : IDisposable
{
    /// <summary>About what a token of 64 bytes and the rest of a shakehand take.</summary>
    private const int PlaintextSize = 200;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ServerPublicKey _key;
    private readonly int _perSecond;
    private readonly Dictionary<ushort, byte[]> _sent = [];
    private readonly byte[] _received = new byte[2048];
    private readonly Thread _thread;
    private long _shakehands;
    private long _cookies;
    private volatile bool _isStopping;

    public ExpensiveJunk(IPAddress from, IPEndPoint server, ServerPublicKey key, int perSecond)
    {
        _key = key;
        _perSecond = perSecond;
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(server);
        _socket.Blocking = false;
        _thread = new Thread(Run) { IsBackground = true, Name = "expensive junk" };
        _thread.Start();
    }

    /// <summary>Shakehands sent so far, each with a content of its own.</summary>
    public long Shakehands => Volatile.Read(ref _shakehands);

    /// <summary>How many of them were sent once more, with the cookie that the server demanded.</summary>
    public long Cookies => Volatile.Read(ref _cookies);

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        for (var began = Stopwatch.GetTimestamp(); !_isStopping; Thread.Sleep(1))
        {
            while (_shakehands < Stopwatch.GetElapsedTime(began).TotalSeconds * _perSecond && !_isStopping)
            {
                var clientId = (ushort)(_shakehands + 1);
                Send(_sent[clientId] = Make(clientId));
                Volatile.Write(ref _shakehands, _shakehands + 1);
            }

            AnswerRetries();
        }
    }

    private void AnswerRetries()
    {
        while (_socket.Available > 0)
        {
            var length = _socket.Receive(_received, SocketFlags.None, out var error);
            if (error != SocketError.Success || !FrameHeader.TryRead(_received.AsSpan(0, length), out var header, out _) || header.Opcode != Opcode.Retry)
            {
                continue;
            }

            var cookie = _received.AsSpan((FrameHeader.Size + HandshakeFrames.RetryHashSize)..length);
            if (_sent.Remove(header.ClientId, out var shakehand))
            {
                Send([.. shakehand, (byte)cookie.Length, .. cookie]);
                Volatile.Write(ref _cookies, _cookies + 1);
            }
        }
    }

    // A full send buffer loses it, as a network would.
    private void Send(byte[] datagram) => _socket.Send(datagram, SocketFlags.None, out _);

    private byte[] Make(ushort clientId)
    {
        var datagram = new byte[FrameHeader.Size + ShakehandSealing.SealedLength(_key, PlaintextSize)];
        var payload = datagram.AsSpan(FrameHeader.Size);
        Random.Shared.NextBytes(payload);
        new FrameHeader((uint)clientId << 16, 0, FrameFlags.None, Opcode.Shakehand, (ushort)payload.Length).Write(datagram);
        payload[0] = _key.Kind == ServerKeyKind.P256 ? ShakehandSealing.HpkeP256 : ShakehandSealing.RsaOaep;
        BinaryPrimitives.WriteUInt32BigEndian(payload[1..], _key.KeyId);

        // A number below the modulus: a larger one would be refused before the private key is used.
        payload[ShakehandSealing.PrefixSize] = 0;
        return datagram;
    }
}
