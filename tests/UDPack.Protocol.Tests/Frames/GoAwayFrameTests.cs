using System.Text;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Frames;

public sealed class GoAwayFrameTests
{
    public static TheoryData<string, string?> Texts => new()
    {
        { "maintenance until 10:00", "maintenance until 10:00" },
        { "  ", null },
        { "a\r\nINFO forged entry", "a  INFO forged entry" },
        { "\u001b[31mred\u0007", "[31mred" },
        { "left\u202Eright\u2066\u200B\u2028", "left right" },
        { "\uD800 alone", "\uFFFD alone" },
        { "grün 🎈", "grün 🎈" },
        { "\u0085\uE000\U000E0001x", "x" },
        { new string('x', 200), new string('x', 128) },
        { new string('x', 127) + "é", new string('x', 127) },
    };

    [Theory]
    [InlineData(null, null, "000100")]
    [InlineData((ushort)0, null, "000101")]
    [InlineData((ushort)62, null, "00013f")]
    [InlineData((ushort)63, null, "00014040")]
    [InlineData((ushort)65535, null, "000180010000")]
    [InlineData(null, "é!", "000100c3a921")]
    [InlineData((ushort)77, "ok", "0001404e6f6b")]
    public void What_is_written_is_read(ushort? code, string? text, string hex)
    {
        var buffer = new byte[GoAwayFrame.MaxSize];
        var length = GoAwayFrame.Write(buffer, GoAwayCode.Normal, GoAwayReason.Application, code, text);

        Assert.Equal(hex, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
        Assert.True(GoAwayFrame.TryRead(buffer.AsSpan(0, length), out var frame));
        Assert.Equal((GoAwayCode.Normal, GoAwayReason.Application, code), (frame.Code, frame.Reason, frame.ApplicationCode));
        Assert.Equal(text, GoAwayText.Read(frame.Text));
    }

    [Fact]
    public void A_single_byte_is_the_code_alone()
    {
        Assert.True(GoAwayFrame.TryRead([2], out var frame));
        Assert.Equal((GoAwayCode.Expired, GoAwayReason.Unspecified, (ushort?)null), (frame.Code, frame.Reason, frame.ApplicationCode));
        Assert.True(frame.Text.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0001")]
    [InlineData("000140")]
    [InlineData("0001800100")]
    [InlineData("000180010001")]
    [InlineData("0001ffffffffffffffff")]
    public void What_is_cut_short_or_out_of_range_is_malformed(string hex) =>
        Assert.False(GoAwayFrame.TryRead(Convert.FromHexString(hex), out _));

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_one_short_line_that_prints(string text, string? expected)
    {
        Assert.Equal(expected, GoAwayText.Clean(text));
        Assert.Equal(expected, GoAwayText.Read(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void No_bytes_of_a_peer_make_a_text_that_is_long_or_does_not_print()
    {
        var random = new Random(7);
        var bytes = new byte[400];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            var text = GoAwayText.Read(bytes.AsSpan(0, random.Next(bytes.Length)));

            Assert.True(Encoding.UTF8.GetByteCount(text ?? "") <= GoAwayText.MaxBytes);
            Assert.DoesNotContain(text ?? "", static c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202E');
        }
    }
}
