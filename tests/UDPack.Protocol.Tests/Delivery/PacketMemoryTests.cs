using CsCheck;
using UDPack.Measuring;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>Whatever pieces a peer sends, in whatever order: what they hold is at most twice what they count against credit.</summary>
public sealed class PacketMemoryTests
{
    private const int Largest = 16 << 20;

    /// <summary>Offsets and lengths of one byte and of many, close together and far apart.</summary>
    private static readonly Gen<int> Offset = Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 300], Gen.Int[0, 5_000], Gen.Int[0, 100_000], Gen.Int[0, 2 << 20]);
    private static readonly Gen<int> Length = Gen.OneOf(Gen.Const(1), Gen.Int[0, 3], Gen.Int[1, 1_200], Gen.Int[1, 60_000]);
    private static readonly Gen<Piece> AnyPiece = Gen.Select(Gen.Long[1, 20], Offset, Length, Gen.Int[0, 9], (number, offset, length, end) => new Piece(number, offset, length, end == 0));

    private readonly CountingBuffers _buffers = new(powers: true);
    private readonly byte[] _bytes = new byte[60_000];
    private PacketReceiver _receiver = new();
    private long _cost;

    public static TheoryData<string> Patterns =>
        ["one byte each", "every second byte", "every second byte, backwards", "one byte in 64", "one byte far ahead", "backwards", "just beyond a size", "the end first", "halves", "overlapping"];

    [Fact]
    public void Any_pieces_hold_at_most_twice_what_they_cost() => AnyPiece.Array[0, 400].Sample(
        static pieces =>
        {
            var test = new PacketMemoryTests();
            foreach (var piece in pieces)
            {
                test.Add(piece);
            }

            test._receiver.Clear();
            Assert.Equal(0, test._buffers.Outstanding);
            Assert.Equal(0, test._receiver.Memory);
        },
        iter: 2_000);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Hostile_patterns_hold_at_most_twice_what_they_cost(string pattern)
    {
        foreach (var piece in PiecesOf(pattern))
        {
            Add(piece);
        }

        _receiver.Clear();
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void A_promise_takes_no_memory()
    {
        Add(new Piece(1, Largest - 1, 1, IsEnd: true));

        Assert.True(_cost >= Largest);
        Assert.InRange(_receiver.Memory, 1, 500);
    }

    [Fact]
    public void Nothing_is_made_for_a_datagram_of_a_packet_in_order()
    {
        var buffers = new FixedBuffers();
        var receiver = new PacketReceiver();
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var offset = 0; offset < 1 << 20; offset += 1_024)
            {
                receiver.Add(buffers, 1, offset, _bytes.AsSpan(0, 1_024), isEnd: false);
            }
        }));
        receiver.Clear();
    }

    [Fact]
    public void Places_are_given_back_when_a_burst_is_over()
    {
        for (var number = 2; number <= 2_000; number++)
        {
            Add(new Piece(number, 0, 1, IsEnd: true));
        }

        Assert.True(_receiver.Memory > 2_000 * 56);
        Add(new Piece(1, 0, 1, IsEnd: true));
        while (_receiver.TryTake(out _, out var packet))
        {
            packet!.Release();
        }

        Assert.Equal(0, _receiver.Memory);
    }

    private static IEnumerable<Piece> PiecesOf(string pattern) => pattern switch
    {
        "one byte each" => Enumerable.Range(1, 5_000).Select(static i => new Piece(i, 1, 1, IsEnd: false)),
        "every second byte" => Enumerable.Range(0, 4_000).Select(static i => new Piece(1, (2 * i) + 1, 1, IsEnd: false)),
        "every second byte, backwards" => Enumerable.Range(0, 4_000).Select(static i => new Piece(1, 10_000 - (2 * i), 1, IsEnd: false)),
        "one byte in 64" => Enumerable.Range(0, 4_000).Select(static i => new Piece(1, 64 * (i + 1), 1, IsEnd: false)),
        "one byte far ahead" => Enumerable.Range(0, 2_000).Select(static i => new Piece(1, 1 + (i * 8_000), 1, IsEnd: false)),
        "backwards" => Enumerable.Range(0, 4_000).Select(static i => new Piece(1, 4_000 - i, 1, IsEnd: false)),
        "just beyond a size" => Enumerable.Range(0, 20).SelectMany(static i => new[] { new Piece(i + 1, 0, 32 << (i / 2), IsEnd: false), new Piece(i + 1, 32 << (i / 2), 1, i % 2 == 0) }),
        "the end first" => Enumerable.Range(0, 300).Select(static i => new Piece(1, 300_000 - ((i + 1) * 1_000), 1_000, i == 0)),
        "halves" => Enumerable.Range(0, 4_000).Select(static i => new Piece(1, i * 2_000, 1_000, IsEnd: false)),
        _ => Enumerable.Range(0, 1_000).Select(static i => new Piece(1, 500_000 - i, 1_000, IsEnd: false)),
    };

    private void Add(Piece piece)
    {
        var (number, offset, length, isEnd) = piece;
        var cost = _receiver.CostOf(number, offset + length);
        if (_receiver.Add(_buffers, number, offset, _bytes.AsSpan(0, length), isEnd) == ReceiveResult.Accepted)
        {
            _cost += cost;
        }

        // What is missing before it is paid for when it is asked whether there is credit.
        var granted = _cost + _receiver.LeastCostOfMissing(_receiver.LastPlace + 1);
        Assert.InRange(_receiver.Memory, _buffers.Memory, 2 * granted);
    }

    private sealed record Piece(long Number, int Offset, int Length, bool IsEnd);

    /// <summary>Has what a packet needs in stock.</summary>
    private sealed class FixedBuffers : PacketBufferPool
    {
        private readonly Stack<PacketBuffer>[] _stock;

        public FixedBuffers() => _stock = [.. Enumerable.Range(0, 22).Select(i => new Stack<PacketBuffer>([new PacketBuffer(this, new byte[1 << i])]))];

        public override PacketBuffer Rent(int length)
        {
            var buffer = _stock[System.Numerics.BitOperations.Log2((uint)CapacityOf(length))].Pop();
            buffer.Length = length;
            return buffer;
        }

        public override int CapacityOf(int length) => Math.Max(32, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));

        public override PacketBuffer RentExact(int length) => throw new InvalidOperationException("No size is wrong for a packet in order.");

        public override void Return(PacketBuffer buffer) => _stock[System.Numerics.BitOperations.Log2((uint)buffer.Array.Length)].Push(buffer);
    }
}
