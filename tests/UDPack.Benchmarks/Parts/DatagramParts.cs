using BenchmarkDotNet.Attributes;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Benchmarks.Parts;

/// <summary>What each data datagram costs.</summary>
public class DatagramParts
{
    private const uint SessionId = 0x0001_0002;
    private static readonly byte[] Secret = new byte[KeySchedule.SecretSize];
    private readonly byte[] _datagram = new byte[Session.DatagramSize];
    private readonly byte[] _plain = new byte[Session.DatagramSize];
    private DatagramSealer _sealer = null!;
    private DatagramOpener _opener = null!;

    /// <summary>The size of the sealed datagram.</summary>
    [Params(64, 1200)]
    public int Size { get; set; }

    private int PlainSize => Size - DatagramSealer.Overhead;

    [GlobalSetup]
    public void Setup()
    {
        var factory = new SystemCipherFactory();
        _sealer = new DatagramSealer(factory, CipherAlgorithm.Aes256Gcm, Secret);
        _opener = new DatagramOpener(factory, CipherAlgorithm.Aes256Gcm, Secret);
        FrameWriter.Write(
            _plain, SessionId, 0, FrameFlags.Packet, Opcode.Data, 0, 1, 0, new byte[PlainSize - FrameWriter.Size(FrameFlags.Packet, 0)]);
    }

    [Benchmark]
    public int Seal() => _sealer.Seal(_datagram, FrameHeader.Size, PlainSize);

    /// <summary>A datagram can be opened once, so this seals one too.</summary>
    [Benchmark]
    public bool SealAndOpen()
    {
        var length = _sealer.Seal(_datagram, FrameHeader.Size, PlainSize);
        return _opener.TryOpen(_datagram.AsSpan(0, length), FrameHeader.Size, out _, out _) == OpenResult.Ok;
    }

    [Benchmark]
    public int ParseFrames()
    {
        FrameHeader.TryRead(_plain, out var header, out _);
        var reader = new FrameReader(header, _plain.AsSpan(FrameHeader.Size, PlainSize - FrameHeader.Size));
        var frames = 0;
        while (reader.TryRead(out _) == FrameReadResult.Frame)
        {
            frames++;
        }

        return frames;
    }
}
