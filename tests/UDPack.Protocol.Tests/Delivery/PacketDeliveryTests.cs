using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>A sender and a receiver with a network between them that does what it likes.</summary>
public sealed class PacketDeliveryTests
{
    private const int Largest = 5000;

    private readonly CountingBuffers _buffers = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Packets_cut_into_any_pieces_come_out_once_in_order_and_unchanged(int seed)
    {
        var random = new Random(seed);
        var sender = new PacketSender();
        var receiver = new PacketReceiver();
        var sent = new List<byte[]>();
        var received = new List<byte[]>();
        var inFlight = new List<(PacketPiece Piece, byte[] Content, bool IsEnd)>();
        for (var step = 0; step < 4000 || !sender.IsEmpty || received.Count < sent.Count; step++)
        {
            Assert.True(step < 1_000_000, "It does not come to an end.");
            switch (random.Next(5))
            {
                case 0 when step < 4000:
                    sent.Add(new byte[random.Next(3) == 0 ? random.Next(20) : random.Next(Largest + 1)]);
                    random.NextBytes(sent[^1]);
                    var buffer = _buffers.Rent(sent[^1].Length);
                    sent[^1].CopyTo(buffer.Span);
                    sender.Enqueue(buffer, long.MaxValue);
                    break;
                case 1 when sender.TryPeekNew(out var piece):
                    piece = Cut(random, piece);
                    inFlight.Add(Written(ref sender, piece));
                    sender.TakeNew(piece.Length);
                    break;
                case 2 when sender.TryPeekLost(out var piece):
                    piece = Cut(random, piece);
                    inFlight.Add(Written(ref sender, piece));
                    sender.TakeLost(piece.Length);
                    break;
                case 3 or 4 when inFlight.Count > 0:
                    var index = random.Next(inFlight.Count);
                    var (flying, content, isEnd) = inFlight[index];
                    inFlight.RemoveAt(index);
                    var fate = random.Next(5);
                    if (fate != 0)
                    {
                        Assert.Contains(
                            receiver.Add(_buffers, flying.Number, flying.Offset, content, isEnd), new[] { ReceiveResult.Accepted, ReceiveResult.Duplicate });
                    }

                    if (fate < 2)
                    {
                        // Lost, or only its ack was; perhaps that comes late.
                        sender.OnLost(flying);
                    }

                    if (fate > 0 && random.Next(4) > 0 && sender.TryAcknowledge(flying, out var done))
                    {
                        done.Release();
                    }
                    else if (fate >= 2)
                    {
                        sender.OnLost(flying);
                    }

                    break;
            }

            while (receiver.TryTake(out var number, out var packet))
            {
                Assert.Equal(received.Count + 1, number);
                received.Add(packet!.Span.ToArray());
                packet.Release();
            }
        }

        Assert.Equal(sent, received);
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void An_unordered_receiver_gives_packets_as_they_are_complete()
    {
        var receiver = new PacketReceiver();
        receiver.Add(_buffers, 3, 0, "three"u8, isEnd: true);
        Assert.True(receiver.TryTakeEarly(3, out var third));
        Assert.False(receiver.TryTakeEarly(3, out _));
        Assert.False(receiver.TryTakeEarly(1, out _));
        Assert.Equal(ReceiveResult.Duplicate, receiver.Add(_buffers, 3, 0, "three"u8, isEnd: true));

        receiver.Add(_buffers, 1, 0, "one"u8, isEnd: true);
        receiver.Add(_buffers, 2, 0, "two"u8, isEnd: true);
        Assert.True(receiver.TryTakeEarly(1, out var first));
        Assert.True(receiver.TryTakeEarly(2, out var second));
        Assert.False(receiver.TryTake(out _, out _));
        Assert.Equal(4, receiver.NextNumber);
        third!.Release();
        first!.Release();
        second!.Release();
    }

    [Fact]
    public void Pieces_that_contradict_each_other_are_told_apart_from_repeats()
    {
        var receiver = new PacketReceiver();
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, 10, new byte[10], isEnd: true));
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, 10, new byte[10], isEnd: true));
        Assert.Equal(ReceiveResult.Inconsistent, receiver.Add(_buffers, 1, 0, new byte[30], isEnd: false));
        Assert.Equal(ReceiveResult.Inconsistent, receiver.Add(_buffers, 1, 0, new byte[5], isEnd: true));
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 2, 10, new byte[10], isEnd: false));
        Assert.Equal(ReceiveResult.Inconsistent, receiver.Add(_buffers, 2, 0, new byte[5], isEnd: true));
        receiver.Clear();

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void A_packet_full_of_holes_is_not_taken_without_end()
    {
        var receiver = new PacketReceiver();
        var results = Enumerable.Range(1, 2000).Select(i => receiver.Add(_buffers, 1, i * 128, new byte[64], isEnd: false)).ToList();

        Assert.Equal(ReceiveResult.NotTaken, results[^1]);
        Assert.Equal(1024, results.Count(static r => r == ReceiveResult.Accepted));
        receiver.Clear();
    }

    [Fact]
    public void Only_a_piece_that_would_make_one_gap_more_is_declined()
    {
        var receiver = new PacketReceiver();
        var declined = 2;
        while (receiver.Add(_buffers, 1, declined * 128, new byte[64], isEnd: false) == ReceiveResult.Accepted)
        {
            declined++;
        }

        // What makes a range longer, what repeats one, and what fills a gap; then there is room for another.
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, ((declined - 1) * 128) + 64, new byte[10], isEnd: false));
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, 256, new byte[64], isEnd: false));
        Assert.Equal(ReceiveResult.NotTaken, receiver.Add(_buffers, 1, declined * 128, new byte[64], isEnd: false));
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, 256 + 64, new byte[64], isEnd: false));
        Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, declined * 128, new byte[64], isEnd: false));

        // From the front on, and the end: complete after all.
        for (var offset = 0; offset < (declined + 1) * 128; offset += 128)
        {
            Assert.Equal(ReceiveResult.Accepted, receiver.Add(_buffers, 1, offset, new byte[128], isEnd: offset == declined * 128));
        }

        Assert.True(receiver.TryTake(out _, out var packet));
        packet!.Release();
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void Tiny_pieces_may_leave_fewer_gaps_as_each_takes_memory()
    {
        var receiver = new PacketReceiver();
        var accepted = Enumerable.Range(1, 1000).Count(i => receiver.Add(_buffers, 1, i * 2, [1], isEnd: false) == ReceiveResult.Accepted);

        Assert.InRange(accepted, 16, 2000 / 64);
        receiver.Clear();
    }

    [Fact]
    public void Bytes_cost_by_the_end_of_the_last_seen_and_packets_before_them_their_share()
    {
        var receiver = new PacketReceiver();
        Assert.Equal(Cost.Of(100), receiver.CostOf(1, 100));
        receiver.Add(_buffers, 1, 50, new byte[50], isEnd: false);
        Assert.Equal(0, receiver.CostOf(1, 100));
        Assert.Equal(20, receiver.CostOf(1, 120));
        Assert.Equal(9 * Cost.PerPacket, receiver.LeastCostOfMissing(11));

        receiver.Add(_buffers, 11, 0, [], isEnd: true);
        Assert.Equal((9 + 9) * Cost.PerPacket, receiver.LeastCostOfMissing(21));
        Assert.Equal(8 * Cost.PerPacket, receiver.LeastCostOfMissing(5));
    }

    [Fact]
    public void The_end_is_where_it_was_said_to_be()
    {
        var receiver = new PacketReceiver();
        receiver.Add(_buffers, 2, 0, [1], isEnd: true);
        Assert.False(receiver.TrySetFinal(1));
        Assert.True(receiver.TrySetFinal(2));
        Assert.True(receiver.TrySetFinal(2));
        Assert.False(receiver.TrySetFinal(3));
        Assert.Equal(ReceiveResult.Inconsistent, receiver.Add(_buffers, 3, 0, [1], isEnd: true));
        Assert.False(receiver.IsFinished);

        receiver.Add(_buffers, 1, 0, [1], isEnd: true);
        while (receiver.TryTake(out _, out var packet))
        {
            packet!.Release();
        }

        Assert.True(receiver.IsFinished);
    }

    [Fact]
    public void Packets_past_their_deadline_are_given_up_and_the_peer_learns_which()
    {
        var sender = new PacketSender();
        sender.Enqueue(_buffers.Rent(100), deadline: 10);
        sender.Enqueue(_buffers.Rent(100), deadline: 20);
        sender.Enqueue(_buffers.Rent(100), deadline: 30);
        Assert.True(sender.TryPeekNew(out var first));
        sender.TakeNew(first.Length);
        Assert.Equal(10, sender.Deadline);
        Assert.False(sender.TryExpire(9, out _));

        // The first was sent, the second not: it keeps its turn.
        Assert.True(sender.TryExpire(25, out var expired));
        expired.Release();
        Assert.True(sender.TryExpire(25, out expired));
        expired.Release();
        Assert.False(sender.TryExpire(25, out _));
        Assert.True(sender.TryPeekSkip(out var skip));
        Assert.Equal((1L, 100), (skip, sender.LengthOf(skip)));
        sender.TakeSkip();
        Assert.False(sender.TryPeekSkip(out _));
        Assert.True(sender.NextIsSkip);
        Assert.Equal((2L, 0, (long)Cost.PerPacket), (sender.NextNumber, sender.LengthOf(2), sender.CostToStart));
        sender.TakeNextAsSkip();
        Assert.True(sender.TryPeekNew(out var third));
        Assert.Equal(3, third.Number);

        sender.OnSkipLost(2);
        Assert.True(sender.TryPeekSkip(out skip));
        Assert.Equal(2, skip);
        sender.OnSkipAcknowledged(2);
        sender.OnSkipAcknowledged(1);
        Assert.False(sender.TryPeekSkip(out _));
        Assert.Equal(3, sender.LastNumber);
    }

    private static PacketPiece Cut(Random random, PacketPiece piece) =>
        piece with { Length = piece.Length == 0 || random.Next(3) == 0 ? piece.Length : random.Next(1, piece.Length + 1) };

    private static (PacketPiece Piece, byte[] Content, bool IsEnd) Written(ref PacketSender sender, PacketPiece piece) =>
        (piece, sender.Bytes(piece).ToArray(), piece.Offset + piece.Length == sender.LengthOf(piece.Number));
}
