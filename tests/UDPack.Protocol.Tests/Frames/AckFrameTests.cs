using CsCheck;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class AckFrameTests
{
    /// <summary>Runs of numbers apart by at least one, the largest first.</summary>
    private static readonly Gen<AckRange[]> Ranges =
        Gen.Select(Gen.ULong[0, 1000], Gen.ULong[0, 100_000]).List[1, 80].Select(steps =>
        {
            var ranges = new AckRange[steps.Count];
            ulong next = 0;
            for (var i = 0; i < ranges.Length; i++)
            {
                var smallest = next + steps[i].Item1;
                ranges[^(i + 1)] = new AckRange(smallest, smallest + steps[i].Item2);
                next = smallest + steps[i].Item2 + 2;
            }

            return ranges;
        });

    [Fact]
    public void The_layout_is_that_of_RFC_9000()
    {
        var bytes = new byte[32];
        AckRange[] ranges = [new(90, 100), new(70, 79), new(69 - 9, 69 - 1)];

        var size = AckFrameWriter.Write(bytes, 37, ranges, 15_293);

        // largest 100, delay 37, 2 further ranges, first 10; gap 9 = 10 missing, 9 more; gap 0 = 1 missing, 8 more.
        Assert.Equal("406425020a09090008" + "7bbd", Convert.ToHexStringLower(bytes.AsSpan(0, size)));
    }

    [Fact]
    public void Ranges_round_trip_up_to_64()
    {
        Gen.Select(Ranges, Gen.ULong[0, VarInt.MaxValue], Gen.ULong[0, VarInt.MaxValue]).Sample((ranges, delay, credit) =>
        {
            var buffer = new byte[AckFrameWriter.MaxSize(ranges.Length)];
            var size = AckFrameWriter.Write(buffer, delay, ranges, credit);
            Assert.True(AckFrameReader.TryRead(buffer.AsSpan(0, size), out var reader));
            Assert.Equal((ranges[0].Largest, delay, credit), (reader.Largest, reader.DelayMicros, reader.SessionCredit));
            Assert.Equal(ranges[..Math.Min(64, ranges.Length)], Drain(ref reader));
        });
    }

    [Fact]
    public void The_oldest_ranges_go_when_there_is_no_room()
    {
        Gen.Select(Ranges, Gen.Int[0, 200]).Sample((ranges, room) =>
        {
            var buffer = new byte[room];
            var size = AckFrameWriter.Write(buffer, 25_000, ranges, 1 << 20);
            Assert.True(size <= room);
            if (size == 0)
            {
                Assert.True(room < AckFrameWriter.MaxSize(1));
                return;
            }

            Assert.True(AckFrameReader.TryRead(buffer.AsSpan(0, size), out var reader));
            var read = Drain(ref reader);
            Assert.Equal(ranges[..read.Count], read);
            Assert.True(read.Count == Math.Min(64, ranges.Length) || room - size < 16);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("0500")]
    [InlineData("050000")]
    [InlineData("05000000")]
    [InlineData("0500000600")]
    [InlineData("050001000400" + "00")]
    [InlineData("0500010002020" + "0")]
    [InlineData("050001000300")]
    [InlineData("0500000500" + "00")]
    [InlineData("0500010000ffffffffffffffff0000")]
    public void What_is_cut_short_too_long_or_underflows_is_malformed(string hex) =>
        Assert.False(AckFrameReader.TryRead(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData("0500000500", 0, 5)]
    [InlineData("0000000000", 0, 0)]
    public void A_first_range_may_reach_down_to_zero(string hex, ulong smallest, ulong largest)
    {
        Assert.True(AckFrameReader.TryRead(Convert.FromHexString(hex), out var reader));
        Assert.Equal([new AckRange(smallest, largest)], Drain(ref reader));
    }

    [Fact]
    public void More_than_64_ranges_are_malformed()
    {
        byte[] Ack(int ranges) => [0x7F, 0xFF, 0, .. Count(ranges - 1), 0, .. Enumerable.Repeat((byte)0, (ranges - 1) * 2), 0];
        static byte[] Count(int count) => [(byte)(0x40 | (count >> 8)), (byte)count];

        Assert.True(AckFrameReader.TryRead(Ack(64), out var reader));
        Assert.Equal(64, reader.RangeCount);
        Assert.Equal(64, Drain(ref reader).Count);
        Assert.False(AckFrameReader.TryRead(Ack(65), out _));
    }

    [Fact]
    public void Random_bytes_never_throw_and_what_reads_is_descending()
    {
        var random = new Random(2);
        var bytes = new byte[64];
        for (var i = 0; i < 200_000; i++)
        {
            random.NextBytes(bytes);
            bytes[2] &= 0x07;
            if (!AckFrameReader.TryRead(bytes.AsSpan(0, random.Next(bytes.Length)), out var reader))
            {
                continue;
            }

            var previous = ulong.MaxValue;
            while (reader.TryNext(out var smallest, out var largest))
            {
                Assert.True(smallest <= largest && largest < previous);
                previous = smallest;
            }
        }
    }

    private static List<AckRange> Drain(ref AckFrameReader reader)
    {
        var ranges = new List<AckRange>();
        while (reader.TryNext(out var smallest, out var largest))
        {
            ranges.Add(new AckRange(smallest, largest));
        }

        return ranges;
    }
}
