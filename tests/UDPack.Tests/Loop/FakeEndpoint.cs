using UDPack.Buffers;
using UDPack.Protocol;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Timers;

namespace UDPack.Tests.Loop;

/// <summary>An endpoint that records its calls, and answers each datagram with one that begins with its number.</summary>
internal sealed class FakeEndpoint(Action<string>? log = null) : Endpoint(SystemEntropy.Instance, new PooledPacketBuffers(), 0)
{
    private int _toWrite;
    private byte _written;

    public override int SessionCount => 0;

    public override bool IsIdle => Idle;

    public bool Idle { get; set; }

    public bool Throws { get; set; }

    public void Arm(TimerNode node, long deadline) => Timers.Schedule(node, deadline);

    public override void OnDatagram(long now, in NetworkPath path, Span<byte> datagram)
    {
        log?.Invoke($"datagram {datagram.Length}");
        _toWrite++;
        if (Throws)
        {
            throw new InvalidOperationException("a bug");
        }
    }

    public override void OnUnreachable(long now, in PeerAddress address) => log?.Invoke($"unreachable {address}");

    public override Session[] GetSessions() => [];

    public override void OnReady(long now, Session session, int datagramLength)
    {
    }

    public override void OnEnded(Session session)
    {
    }

    public override void Forget(Session session)
    {
    }

    public override void Dispose()
    {
    }

    protected override bool TryWriteHandshake(long now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = new Transmit(default, 10, 10);
        if (_toWrite == 0)
        {
            return false;
        }

        _toWrite--;
        buffer[0] = ++_written;
        return true;
    }
}

internal sealed class Alarm(Action<long> rings) : TimerNode
{
    public override void OnTimer(long now) => rings(now);
}
