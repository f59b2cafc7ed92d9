using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>A peer that holds the keys and breaks the rules: its session ends with goaway 1, and nobody else's.</summary>
public sealed class ProtocolErrorTests : IDisposable
{
    private readonly Pair _pair = new(options: new ServerEndpointOptions { Session = new SessionOptions { MaxSessionWindow = 0 }, Parameters = Small });
    private readonly AppSide _client;
    private readonly AppSide _server;
    private readonly Forger _forger;

    private static readonly TransportParameters Small = new() { MaxPacketBytes = 64 << 10, MaxStreams = 10 };

    /// <summary>What is broken in the structure of a datagram, so that nothing in it may take effect.</summary>
    private static readonly string[] Structural =
    [
        "malformed after a good packet", "reserved bits", "another session's id", "flags not allowed", "payload beyond the end", "non-zero padding",
        "single trailing byte", "shakehand inside", "handshake inside", "retry inside",
    ];

    public ProtocolErrorTests()
    {
        (var connecting, _client, _server) = _pair.EstablishOpenly(parameters: Small);
        _pair.Run(Pair.Second);
        _forger = new Forger(_pair, connecting);
    }

    public static TheoryData<string> Breaches =>
    [
        "malformed after a good packet", "reserved bits", "another session's id", "flags not allowed", "payload beyond the end",
        "non-zero padding", "single trailing byte", "ack never sent", "ack with an underflow", "ack with trailing bytes",
        "ack with too many ranges", "packet ahead of any credit", "packet far ahead", "fragment beyond the largest packet", "packet too large",
        "fragments that contradict each other", "stream 0", "stream nobody opened", "stream beyond the limit", "openstream of unknown mode", "long openstream", "openstream of another mode",
        "streamopen for the peer's own stream", "two ends", "packet after the end", "abort beyond the credit", "short abort", "malformed skip", "malformed stream credit",
        "stream packet beyond its credit", "shakehand inside", "handshake inside", "retry inside", "goaway of 2 bytes", "empty goaway", "malformed blocked",
        "value too large", "lane 0", "lane beyond the last",
    ];

    public void Dispose() => _forger.Dispose();

    [Theory]
    [MemberData(nameof(Breaches))]
    public void On_the_server_it_ends_the_session_with_goaway_1(string breach)
    {
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, Frames(breach, own: 2)));

        Assert.Equal(SessionEndCause.ProtocolError, _server.End!.Value.Cause);
        Assert.Equal(1, _pair.Server.Counters.Dropped(DropReason.ProtocolError));
        Assert.True(_server.Received.Count == 0 || !Structural.Contains(breach));
        _pair.RunUntil(() => _client.End is not null, Pair.Second);
        AssertTold(_client.End!.Value, _server.End.Value);
        _pair.EndAll();
    }

    [Theory]
    [MemberData(nameof(Breaches))]
    public void On_the_client_it_ends_the_session_with_goaway_1(string breach)
    {
        _pair.InjectToClient(_forger.Seal(toServer: false, Frames(breach, own: 1)));

        Assert.Equal(SessionEndCause.ProtocolError, _client.End!.Value.Cause);
        Assert.Equal(1, _pair.Client.Counters.Dropped(DropReason.ProtocolError));
        Assert.True(_client.Received.Count == 0 || !Structural.Contains(breach));
        _pair.RunUntil(() => _server.End is not null, Pair.Second);
        AssertTold(_server.End!.Value, _client.End.Value);
        _pair.EndAll();
    }

    /// <summary>The author of the other implementation learns what was wrong.</summary>
    private static void AssertTold(in SessionEnd told, in SessionEnd end) =>
        Assert.Equal(new SessionEnd(SessionEndCause.PeerError, null, end.Detail, GoAwayReason.ProtocolError), told);

    [Fact]
    public void Another_session_does_not_notice()
    {
        var (other, otherServer) = _pair.Establish();
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, Frames("stream 0", own: 2)));

        Assert.NotNull(_server.End);
        _pair.Echo(other, otherServer);
    }

    [Fact]
    public void In_the_first_datagram_that_verifies_it_ends_a_READY_session_and_the_counts_stay_right()
    {
        _pair.EndAll();
        _pair.Filter = static (toServer, content) => !toServer || Forger.Header(content).Opcode == Opcode.Shakehand;
        var connecting = _pair.Connect();
        _pair.RunUntil(() => connecting.Session is not null, Pair.Second);
        using var forger = new Forger(_pair, connecting);
        _pair.Inject(Pair.ClientAddress, forger.Seal(toServer: true, forger.Ping(), new byte[] { 1, 2, 3 }));

        Assert.Equal(2, _pair.ServerSessions.Count);
        Assert.Equal(SessionEndCause.ProtocolError, _pair.ServerSessions[1].End!.Value.Cause);
        Assert.Equal(0, _pair.Server.SessionCount);
        _pair.Filter = null;
        _pair.EndAll();
    }

    [Fact]
    public void Unknown_opcodes_inside_are_skipped()
    {
        var unknown = _forger.Frame((Opcode)0xF, [1, 2, 3], FrameFlags.Stream | FrameFlags.Packet, 7, 7);
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(1, "one"u8.ToArray()), unknown, _forger.Packet(2, "two"u8.ToArray())));

        Assert.Equal(["one", "two"], _server.Texts);
        Assert.Null(_server.End);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(400)]
    public void Zero_padding_is_accepted(int length)
    {
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(1, "one"u8.ToArray()), new byte[length]));

        Assert.Equal(["one"], _server.Texts);
        Assert.Null(_server.End);
    }

    [Fact]
    public void Packets_may_repeat_and_arrive_in_any_order()
    {
        foreach (var id in new uint[] { 3, 3, 2, 1, 1, 2, 3 })
        {
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(id, [(byte)id])));
        }

        Assert.Equal([[1], [2], [3]], _server.Received);
        Assert.Null(_server.End);
    }

    [Fact]
    public void A_gap_that_no_credit_covers_is_refused_however_much_was_consumed_before()
    {
        var credit = _pair.Options.Parameters.InitialSessionCredit;
        for (uint i = 1; i <= 3000; i++)
        {
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(i, new byte[1100])));
        }

        Assert.Null(_server.End);
        Assert.Equal(3000, _server.Received.Count);
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(3001 + (uint)(credit * 5 / 4 / 64) + 1, new byte[1])));

        Assert.Equal(SessionEndCause.ProtocolError, _server.End!.Value.Cause);
    }

    [Fact]
    public void More_bytes_than_the_credit_are_refused()
    {
        // The first one is missing, so that nothing is delivered and no credit comes back.
        var affordable = (uint)(_pair.Options.Parameters.InitialSessionCredit / Cost.Of(1100));
        for (uint i = 0; i < affordable; i++)
        {
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(2 + i, new byte[1100])));
            Assert.Null(_server.End);
        }

        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Packet(2 + affordable, new byte[1100])));
        Assert.Equal(SessionEndCause.ProtocolError, _server.End!.Value.Cause);
        _pair.EndAll();
    }

    /// <param name="breach">The breach.</param>
    /// <param name="own">The first stream that the sender of this may open.</param>
    private byte[][] Frames(string breach, uint own)
    {
        var good = _forger.Packet(1, "good"u8.ToArray());
        var other = _forger.SessionId ^ 1;
        return breach switch
        {
            "malformed after a good packet" => [good, [0x12, 0x34, 0x56]],
            "reserved bits" => [good, Changed(_forger.Ping(), 13, 0x15)],
            "another session's id" => [good, _forger.Frame(Opcode.Ping, new byte[8], session: other)],
            "flags not allowed" => [good, Changed(_forger.Ping(), 12, 0x02)],
            "payload beyond the end" => [good, _forger.Ping()[..^1]],
            "non-zero padding" => [good, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
            "single trailing byte" => [good, [1]],
            "ack never sent" => [_forger.Ack(0, 100_000, 0)],
            "ack with an underflow" => [good, _forger.Frame(Opcode.Ack, [1, 0, 0, 2, 0])],
            "ack with trailing bytes" => [good, _forger.Frame(Opcode.Ack, [0, 0, 0, 0, 0, 0])],
            "ack with too many ranges" => [_forger.Frame(Opcode.Ack, [0x40, 200, 0, 0x40, 64, .. new byte[200]])],
            "packet ahead of any credit" => [good, _forger.Packet(16_380, new byte[1000])],
            "packet far ahead" => [good, _forger.Packet(0x7000_0000, [1])],
            "fragment beyond the largest packet" => [good, Fragment(2, 64 << 10, [1])],
            "packet too large" => [good, Fragment(2, 0xFFFF_FFFF, [1])],
            "fragments that contradict each other" => [good, Fragment(2, 10, [1, 2], FrameFlags.Fin), Fragment(2, 12, [3])],
            "stream 0" => [good, OnStream(0, Opcode.OpenStream, [])],
            "stream nobody opened" => [good, OnStream(3 - own, Opcode.Data, [1], packet: 1)],
            "stream beyond the limit" => [good, OnStream(own + 20, Opcode.OpenStream, [])],
            "openstream of unknown mode" => [good, OnStream(own, Opcode.OpenStream, [3])],
            "openstream of another mode" => [good, OnStream(own, Opcode.OpenStream, [1]), OnStream(own, Opcode.OpenStream, [])],
            "long openstream" => [good, OnStream(own, Opcode.OpenStream, [1, 1])],
            "streamopen for the peer's own stream" => [good, OnStream(own, Opcode.StreamOpen, [])],
            "two ends" => [good, OnStream(own, Opcode.CloseStream, [], packet: 5), OnStream(own, Opcode.CloseStream, [], packet: 6)],
            "packet after the end" => [good, OnStream(own, Opcode.CloseStream, [], packet: 1), OnStream(own, Opcode.Data, [1], packet: 2)],
            "abort beyond the credit" => [good, OnStream(own, Opcode.CloseStream, [0, 0, 0xC0, 0, 0, 0, 0x7F, 0, 0, 0])],
            "short abort" => [good, OnStream(own, Opcode.CloseStream, [0])],
            "malformed skip" => [good, OnStream(own, Opcode.Skip, [], packet: 1)],
            "malformed stream credit" => [good, OnStream(own, Opcode.Ack, [1, 1])],
            "stream packet beyond its credit" => [good, OnStream(own, Opcode.Data, [1], packet: 5000)],
            "shakehand inside" => [good, _forger.Frame(Opcode.Shakehand, [1])],
            "handshake inside" => [good, _forger.Frame(Opcode.Handshake, [0])],
            "retry inside" => [good, _forger.Frame(Opcode.Retry, [0])],
            "goaway of 2 bytes" => [good, _forger.Frame(Opcode.GoAway, [0, 0])],
            "empty goaway" => [good, _forger.Frame(Opcode.GoAway, [])],
            "malformed blocked" => [good, _forger.Frame(Opcode.Blocked, [1])],
            "value too large" => [good, OnStream(9, Opcode.Latest, new byte[Session.LargestValue + 1], packet: 1)],
            "lane 0" => [good, OnStream(0, Opcode.Datagram, [1], packet: 1)],
            "lane beyond the last" => [good, OnStream(256, Opcode.Datagram, [1], packet: 1)],
            _ => throw new ArgumentOutOfRangeException(nameof(breach)),
        };
    }

    private byte[] Fragment(uint packet, uint offset, byte[] content, FrameFlags more = FrameFlags.None) =>
        _forger.Frame(Opcode.Data, content, FrameFlags.Packet | FrameFlags.Fragment | more, packet: packet, fragment: offset);

    private byte[] OnStream(uint id, Opcode opcode, byte[] content, uint? packet = null) =>
        _forger.Frame(opcode, content, FrameFlags.Stream | (packet is null ? FrameFlags.None : FrameFlags.Packet), stream: id, packet: packet ?? 0);

    private static byte[] Changed(byte[] frame, int offset, byte value)
    {
        frame[offset] = value;
        return frame;
    }
}
