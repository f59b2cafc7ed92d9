using CsCheck;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;
using UDPack.Protocol.Tests.Simulation.Scenarios;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>
/// A client that sends pieces of packets and never the rest: a session holds at most twice what its credit says, counted as it is and not as it was promised.
/// </summary>
public sealed class FragmentMemoryTests
{
    private const int Credit = 1 << 20;
    private const int StreamCredit = 256 << 10;
    private const uint Streams = 128;

    /// <summary>The windows stay as they are, so that what the credit says is one number.</summary>
    private readonly Pair _pair = new(options: new ServerEndpointOptions { Session = new SessionOptions { MaxSessionWindow = 0, MaxStreamWindow = 0 } }) { KeepsTrace = true };

    private static readonly Gen<(uint Stream, uint Packet, int Offset, int Length)> AnyPiece = Gen.Select(
        Gen.UInt[0, 6], Gen.UInt[1, 60], Gen.OneOf(Gen.Int[0, 10], Gen.Int[0, 3_000], Gen.Int[0, 200_000]), Gen.OneOf(Gen.Const(1), Gen.Int[0, 4], Gen.Int[1, 1_100]),
        static (stream, packet, offset, length) => (2 * stream, packet, offset, length));

    [Fact]
    public void One_byte_of_each_of_very_many_packets()
    {
        using var attacker = new Attacker(_pair);
        for (uint packet = 1; attacker.OnServer.End is null && packet < 100_000; packet += 16)
        {
            // On all streams in turn, until there is no credit any more.
            var stream = 2 * ((packet / 16 % Streams) + 1);
            attacker.Send([.. Enumerable.Range(0, 16).Select(i => attacker.Piece((packet / 2048 * 16) + (uint)i + 1, 1, 1, stream: stream))]);
            AssertBounded(attacker);
        }

        Assert.Equal(SessionEndCause.ProtocolError, attacker.OnServer.End!.Value.Cause);
    }

    [Fact]
    public void A_byte_here_and_there_of_few_packets()
    {
        using var attacker = new Attacker(_pair);
        for (var i = 0; i < 20_000; i += 20)
        {
            attacker.Send([.. Enumerable.Range(i, 20).Select(k => attacker.Piece(1, (k * 40) + 1, 1))]);
            AssertBounded(attacker);
        }

        Assert.Null(attacker.OnServer.End);
    }

    [Fact]
    public void The_last_byte_of_a_large_packet_first_takes_a_few_hundred_bytes()
    {
        using var attacker = new Attacker(_pair);
        attacker.Send(attacker.Piece(1, Credit - Cost.PerPacket - 1, 1, isEnd: true));

        Assert.InRange(attacker.OnServer.Session.Memory.Received, 1, 500);
        Assert.Equal(Credit, attacker.OnServer.Session.Inbox.Window.Used);
        AssertBounded(attacker);
    }

    [Fact]
    public void Packets_far_ahead_on_every_stream_need_credit_together()
    {
        using var attacker = new Attacker(_pair);
        const uint Ahead = StreamCredit / Cost.PerPacket;
        for (uint stream = 2; stream <= 2 * Streams && attacker.OnServer.End is null; stream += 2)
        {
            attacker.Send(attacker.Piece(Ahead, 0, 0, stream: stream));
            AssertBounded(attacker);
        }

        // Each fits its stream's credit, and four of them the session's.
        Assert.Equal(SessionEndCause.ProtocolError, attacker.OnServer.End!.Value.Cause);
    }

    [Theory]
    [InlineData(DeliveryMode.Unordered)]
    [InlineData(DeliveryMode.Deadline)]
    public void What_is_done_with_before_its_turn_keeps_its_place_and_so_its_credit(DeliveryMode mode)
    {
        using var attacker = new Attacker(_pair);
        attacker.Send(attacker.Frame(Opcode.OpenStream, [(byte)mode], FrameFlags.Stream, stream: 2));
        for (uint packet = 2; packet < 50_000 && attacker.OnServer.End is null; packet += 20)
        {
            attacker.Send([.. Enumerable.Range(0, 20).Select(i => mode == DeliveryMode.Unordered
                ? attacker.Frame(Opcode.Data, [1], FrameFlags.Stream | FrameFlags.Packet, 2, packet + (uint)i)
                : attacker.Frame(Opcode.Skip, [0], FrameFlags.Stream | FrameFlags.Packet, 2, packet + (uint)i))]);
            AssertBounded(attacker);
        }

        // All but the first were taken at once by the application; the places for a stream's credit were used up all the same.
        Assert.Equal(SessionEndCause.ProtocolError, attacker.OnServer.End!.Value.Cause);
        Assert.InRange(attacker.OnServer.Streams[0].Received.Count + attacker.OnServer.Streams[0].Skipped.Count, 0, StreamCredit / Cost.PerPacket);
    }

    [Fact]
    public void Any_pattern_of_fragments() => AnyPiece.Array[1, 12].Array[1, 40].Sample(
        static datagrams =>
        {
            var test = new FragmentMemoryTests();
            using var attacker = new Attacker(test._pair);
            foreach (var pieces in datagrams)
            {
                foreach (var (stream, packet, offset, length) in pieces)
                {
                    attacker.Send(attacker.Piece(packet, offset, length, stream: stream));
                    test.AssertBounded(attacker);
                }
            }

            test._pair.EndAll();
        },
        iter: 40);

    [Fact]
    public void A_large_packet_arrives_though_every_second_of_its_first_datagrams_is_lost()
    {
        const int Length = 16 << 20;
        const int Piece = 1_160;
        const int Hurt = 2_200;
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = new TransportParameters { InitialSessionCredit = 2 * Length } });
        using var sender = new Attacker(pair);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var offset = 0; offset < Length; offset += Piece)
            {
                if (pass > 0 || offset / Piece is var i && (i >= Hurt || i % 2 == 0))
                {
                    sender.Send(sender.Piece(1, offset, Math.Min(Piece, Length - offset), isEnd: offset + Piece >= Length));
                }
            }
        }

        Assert.Null(sender.OnServer.End);
        Assert.Equal(Length, Assert.Single(sender.OnServer.Received).Length);
    }

    private void AssertBounded(Attacker attacker)
    {
        var held = attacker.OnServer.Session.Memory.Received;
        Assert.InRange(held, 0, 2 * Credit);
        Assert.Equal(held, _pair.Server.Memory.Held);

        // What is counted is what the pool gave out, and the books around it.
        Assert.InRange(_pair.Buffers.Memory, 0, held);
    }
}
