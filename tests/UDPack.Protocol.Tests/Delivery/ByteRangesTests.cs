using CsCheck;
using UDPack.Measuring;
using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Delivery;

public sealed class ByteRangesTests
{
    private const int Size = 200;

    private static readonly Gen<(int Start, int Length)[]> Pieces = Gen.Select(Gen.Int[0, Size - 1], Gen.Int[1, 30]).Array[0, 60];

    [Fact]
    public void It_covers_what_a_list_of_bytes_would() => Pieces.Sample(pieces =>
    {
        var ranges = new ByteRanges();
        var model = new bool[Size + 30];
        foreach (var (start, length) in pieces)
        {
            var added = 0;
            for (var i = start; i < start + length; i++)
            {
                added += model[i] ? 0 : 1;
                model[i] = true;
            }

            Assert.Equal(added, ranges.Add(start, start + length));
            Assert.Equal(model.Count(static b => b), ranges.Covered);
            Assert.Equal(Array.IndexOf(model, false), ranges.Prefix);
        }

        for (var from = 0; from < Size; from += 7)
        {
            AssertNextGap(ranges, model, from);
        }

        ranges.Release();
    });

    [Fact]
    public void In_order_it_takes_no_memory()
    {
        var ranges = new ByteRanges();

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                ranges.Add(i * 10, (i * 10) + 10);
            }
        }));
        Assert.Equal((10_000, 0), (ranges.Prefix, ranges.Gaps));
    }

    private static void AssertNextGap(in ByteRanges ranges, bool[] model, int from)
    {
        var (start, end) = ranges.NextGap(from, Size);
        var expected = Array.IndexOf(model, false, from);
        if (expected is < 0 or >= Size)
        {
            Assert.Equal(start, end);
            return;
        }

        var expectedEnd = Array.IndexOf(model, true, expected);
        Assert.Equal((expected, expectedEnd < 0 ? Size : Math.Min(expectedEnd, Size)), (start, end));
    }
}
