using CsCheck;
using UDPack.Protocol.Crypto;

namespace UDPack.Protocol.Tests.Crypto;

public class ReplayWindowTests
{
    [Fact]
    public void Zero_is_new_once()
    {
        var window = default(ReplayWindow);

        Assert.True(window.IsNew(0));
        window.Commit(0);
        Assert.False(window.IsNew(0));
        Assert.True(window.IsNew(1));
    }

    [Theory]
    [InlineData(1023UL)]
    [InlineData(1024UL)]
    [InlineData(1_000_000UL)]
    [InlineData((1UL << 56) - 1)]
    public void After_a_jump_exactly_the_last_1024_numbers_are_told_apart(ulong largest)
    {
        var window = default(ReplayWindow);
        window.Commit(0);
        window.Commit(largest);

        Assert.Equal(largest, window.Largest);
        Assert.False(window.IsNew(largest));
        Assert.False(window.IsNew(0));
        for (ulong back = 1; back < 1024 && back < largest; back++)
        {
            Assert.True(window.IsNew(largest - back));
        }

        if (largest > 1024)
        {
            Assert.False(window.IsNew(largest - 1024));
        }
    }

    [Fact]
    public void It_agrees_with_a_set_of_everything_seen()
    {
        var step = Gen.Frequency(
            (10, Gen.Int[-40, 40]), (6, Gen.Int[-1100, 3]), (2, Gen.Int[0, 1200]), (1, Gen.Int[0, 5000]), (1, Gen.Int[0, 1 << 20]));
        step.List[1, 600].Sample(steps =>
        {
            var window = default(ReplayWindow);
            var seen = new HashSet<ulong>();
            ulong largest = 0;
            foreach (var delta in steps)
            {
                var sequence = (ulong)Math.Max(0, (long)largest + delta);
                var expected = !seen.Contains(sequence) && (sequence > largest || largest - sequence < 1024);
                Assert.Equal(expected, window.IsNew(sequence));
                if (expected)
                {
                    window.Commit(sequence);
                    seen.Add(sequence);
                    largest = Math.Max(largest, sequence);
                }

                Assert.Equal(largest, window.Largest);
            }
        });
    }
}
