using CsCheck;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Tests.Handshake;

public class TransportParametersTests
{
    [Fact]
    public void Defaults_are_those_of_the_wire_document_and_take_no_bytes()
    {
        var defaults = new TransportParameters();

        Assert.Equal(0, defaults.Write(new byte[64]));
        Assert.True(TransportParameters.TryRead([], out var read));
        Assert.Equal(defaults, read);
        Assert.Equal(
            (30_000, 16 << 20, 1 << 20, 256 << 10, 128, 25_000, 65_507),
            (defaults.IdleTimeoutMs, defaults.MaxPacketBytes, defaults.InitialSessionCredit, defaults.InitialStreamCredit,
                defaults.MaxStreams, defaults.MaxAckDelayMicros, defaults.MaxUdpPayload));
    }

    [Fact]
    public void Any_values_round_trip()
    {
        var credit = Gen.Long[0, (1L << 62) - 1];
        Gen.Select(
            Gen.Long[0, 1L << 42], Gen.Long[1, 1L << 40], credit, credit, Gen.Long[0, 1L << 31], Gen.Long[0, 16_384_000], Gen.Long[1200, 65_507])
            .Sample((idle, packet, session, stream, streams, delay, payload) =>
            {
                var parameters = new TransportParameters
                {
                    IdleTimeoutMs = idle,
                    MaxPacketBytes = packet,
                    InitialSessionCredit = session,
                    InitialStreamCredit = stream,
                    MaxStreams = streams,
                    MaxAckDelayMicros = delay,
                    MaxUdpPayload = payload,
                };
                var bytes = new byte[TransportParametersCodec.MaxSize];
                return TransportParameters.TryRead(bytes.AsSpan(0, parameters.Write(bytes)), out var read) && read == parameters;
            });
    }

    [Theory]
    [InlineData("010100", 0)]
    [InlineData("01024064", 100)]
    [InlineData("0104800000643f03000000", 100)]
    [InlineData("4001024064", 100)]
    [InlineData("20020102" + "01024064", 100)]
    [InlineData("7fff0101" + "7ffe00" + "01024064", 100)]
    [InlineData("0108ffffffffffffffff", 1L << 42)]
    public void Known_ids_read_and_unknown_ones_are_ignored(string hex, long idle)
    {
        Assert.True(TransportParameters.TryRead(Convert.FromHexString(hex), out var read));
        Assert.Equal(idle, read.IdleTimeoutMs);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0101")]
    [InlineData("010240")]
    [InlineData("01020505")]
    [InlineData("0100")]
    [InlineData("010105010105")]
    [InlineData("20002000")]
    [InlineData("3f003f00")]
    [InlineData("7fff007fff00")]
    [InlineData("0702" + "44af")]
    [InlineData("020100")]
    [InlineData("0508c000000080000001")]
    [InlineData("060480fa0001")]
    [InlineData("20c000000100000000")]
    public void What_is_cut_short_repeated_or_senseless_is_refused(string hex) =>
        Assert.False(TransportParameters.TryRead(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 5, 5)]
    [InlineData(5, 0, 5)]
    [InlineData(7, 5, 5)]
    public void The_smaller_idle_timeout_counts_unless_it_is_never(long one, long other, long expected) =>
        Assert.Equal(expected, TransportParameters.EffectiveIdleTimeoutMs(
            new TransportParameters { IdleTimeoutMs = one }, new TransportParameters { IdleTimeoutMs = other }));

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(8);
        var bytes = new byte[60];
        for (var i = 0; i < 200_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] &= 0x0F;
            bytes[1] &= 0x0F;
            if (TransportParameters.TryRead(bytes.AsSpan(0, random.Next(61)), out var read))
            {
                Assert.InRange(read.MaxUdpPayload, 1200, 65_507);
            }
        }
    }
}
