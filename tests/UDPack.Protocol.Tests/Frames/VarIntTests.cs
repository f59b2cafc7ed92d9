using CsCheck;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public class VarIntTests
{
    [Theory]
    [InlineData("c2197c5eff14e88c", 151_288_809_941_952_652UL)]
    [InlineData("9d7f3e7d", 494_878_333UL)]
    [InlineData("7bbd", 15_293UL)]
    [InlineData("25", 37UL)]
    public void Examples_of_RFC_9000_A_1_read_and_write(string hex, ulong expected)
    {
        ReadOnlySpan<byte> source = Convert.FromHexString(hex);

        Assert.True(VarInt.TryRead(ref source, out var value));
        Assert.Equal(expected, value);
        Assert.True(source.IsEmpty);

        Span<byte> written = stackalloc byte[8];
        Assert.Equal(hex, Convert.ToHexStringLower(written[..VarInt.Write(written, expected)]));
    }

    [Fact]
    public void A_longer_form_than_needed_reads_too()
    {
        ReadOnlySpan<byte> source = [0x40, 0x25, 0xFF];

        Assert.True(VarInt.TryRead(ref source, out var value));
        Assert.Equal(37UL, value);
        Assert.Equal(1, source.Length);
    }

    [Fact]
    public void Every_value_round_trips_in_its_announced_length() =>
        Gen.ULong[0, VarInt.MaxValue].Select(Gen.Int[0, 61], (value, shift) => value >> shift).Sample(value =>
        {
            Span<byte> buffer = stackalloc byte[8];
            var length = VarInt.Write(buffer, value);
            ReadOnlySpan<byte> source = buffer[..length];
            return length == VarInt.Length(value) && VarInt.TryRead(ref source, out var read) && read == value && source.IsEmpty;
        });

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(63UL, 1)]
    [InlineData(64UL, 2)]
    [InlineData(16_383UL, 2)]
    [InlineData(16_384UL, 4)]
    [InlineData((1UL << 30) - 1, 4)]
    [InlineData(1UL << 30, 8)]
    [InlineData(VarInt.MaxValue, 8)]
    public void Lengths_change_at_the_powers_the_RFC_names(ulong value, int length) => Assert.Equal(length, VarInt.Length(value));

    [Fact]
    public void A_value_above_the_maximum_is_a_programming_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VarInt.Length(VarInt.MaxValue + 1));

    [Theory]
    [InlineData("")]
    [InlineData("40")]
    [InlineData("800000")]
    [InlineData("c0000000000000")]
    public void One_that_is_cut_short_does_not_read_and_leaves_the_source(string hex)
    {
        ReadOnlySpan<byte> source = Convert.FromHexString(hex);
        var before = source.Length;

        Assert.False(VarInt.TryRead(ref source, out _));
        Assert.Equal(before, source.Length);
    }
}
