using UDPack.Protocol.Frames;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Handshake;

/// <summary>What a client learns of an attempt that does not go well, while it goes on, and when it ends.</summary>
public sealed class ConnectTroubleTests
{
    private readonly Pair _pair = new();

    [Fact]
    public void Silence_is_told_once_when_the_second_shakehand_had_no_answer()
    {
        _pair.Filter = static (_, _) => false;
        var began = _pair.Now;
        var connecting = _pair.Connect();
        _pair.Run(100 * Pair.Second);

        var (at, hint) = Assert.Single(connecting.Troubles);
        Assert.Equal(ConnectHint.None, hint);

        // 0.5 and 1 s, each ±20 %.
        Assert.InRange(at - began, 1_200_000, 1_810_000);
    }

    [Fact]
    public void A_server_with_another_key_is_told_of_at_its_first_answer()
    {
        var other = new Pair(key: ServerKey.GenerateP256());
        var began = other.Now;
        var connecting = other.Connect(shakehandFor: TestKeys.P256.PublicKey);
        other.Run(Pair.Second / 10);
        Assert.Equal([ConnectHint.UnverifiedRefusal], connecting.Troubles.Select(trouble => trouble.Hint));
        Assert.InRange(connecting.Troubles[0].At - began, 0, 100_000);

        other.Run(100 * Pair.Second);
        Assert.Equal((ConnectFailureKind.Timeout, ConnectHint.UnverifiedRefusal), (connecting.Failure!.Value.Kind, connecting.Failure.Value.Hint));
        Assert.Single(connecting.Troubles);
    }

    [Fact]
    public void A_forged_refusal_is_told_once_however_many_come()
    {
        _pair.Filter = static (_, _) => false;
        var connecting = _pair.Connect();
        for (var i = 0; i < 10; i++)
        {
            _pair.InjectToClient(Unverifiable(connecting.Handshake.ClientId));
        }

        Assert.Equal([ConnectHint.UnverifiedRefusal], connecting.Troubles.Select(trouble => trouble.Hint));
        Assert.Null(connecting.Failure);
    }

    [Fact]
    public void A_network_that_says_nobody_listens_is_believed_as_an_explanation_only()
    {
        _pair.Filter = static (_, _) => false;
        var connecting = _pair.Connect();
        _pair.Client.OnUnreachable(_pair.Now, PeerAddress.FromIPv4(0x0A_00_00_63, 9000));
        Assert.Empty(connecting.Troubles);
        for (var i = 0; i < 100; i++)
        {
            _pair.Client.OnUnreachable(_pair.Now, Pair.ServerAddress);
        }

        Assert.Equal([ConnectHint.Unreachable], connecting.Troubles.Select(trouble => trouble.Hint));
        _pair.Filter = null;
        _pair.RunUntil(() => connecting.Session is not null, 5 * Pair.Second);
    }

    [Fact]
    public void The_timeout_ends_an_attempt_whatever_attempts_are_left()
    {
        _pair.Filter = static (_, _) => false;
        var began = _pair.Now;
        var connecting = _pair.Connect(attempts: 6, timeout: 2 * Pair.Second);
        _pair.RunUntil(() => connecting.Failure is not null, 10 * Pair.Second);

        Assert.InRange(_pair.Now - began, 2 * Pair.Second, (2 * Pair.Second) + 2048);
        Assert.Equal((ConnectFailureKind.Timeout, 3), (connecting.Failure!.Value.Kind, connecting.Failure.Value.Attempts));
    }

    [Fact]
    public void Given_intervals_take_the_place_of_the_doubling_ones()
    {
        _pair.Filter = static (_, _) => false;
        var connecting = _pair.Connect(attempts: int.MaxValue, timeout: 10 * Pair.Second, interval: static attempt => attempt * Pair.Second);
        _pair.RunUntil(() => connecting.Failure is not null, 20 * Pair.Second);

        var times = _pair.Trace.Select(datagram => datagram.At - _pair.Trace[0].At).ToArray();
        Assert.Equal(4, times.Length);
        Assert.Equal([0, 1, 3, 6], times.Select(time => Math.Round(time / 1e6, 1)));
    }

    private static byte[] Unverifiable(ushort clientId)
    {
        var datagram = new byte[FrameHeader.Size + 1];
        new FrameHeader((uint)clientId << 16, 1, FrameFlags.None, Opcode.Handshake, 1).Write(datagram);
        datagram[FrameHeader.Size] = 255;
        return datagram;
    }
}
