using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Shakehands that no client of ours would send: each is counted, and changes nothing.</summary>
public sealed class MalformedShakehandTests
{
    private const ushort ClientId = 0x1234;
    private const int VersionAt = 0;
    private const int AlgorithmAt = 1;
    private const int KeyLengthAt = 2;
    private const int IvLengthAt = KeyLengthAt + 1 + 32;
    private const int TokenLengthAt = IvLengthAt + 1 + 12;
    private const int ShareAt = TokenLengthAt + 2 + 6;

    private readonly Pair _pair = new();
    private readonly AppSide _client;
    private readonly AppSide _server;

    public MalformedShakehandTests() => (_client, _server) = _pair.Establish();

    public static TheoryData<string, HandshakeRejection> Refused => new()
    {
        { "version", HandshakeRejection.Version },
        { "algorithm", HandshakeRejection.Algorithm },
        { "algorithm of another key size", HandshakeRejection.Malformed },
        { "group", HandshakeRejection.Algorithm },
        { "no token", HandshakeRejection.Malformed },
        { "token beyond the payload", HandshakeRejection.Malformed },
        { "compressed point", HandshakeRejection.Malformed },
        { "point at infinity", HandshakeRejection.Malformed },
        { "point off the curve", HandshakeRejection.Malformed },
        { "share cut short", HandshakeRejection.Malformed },
        { "parameter cut short", HandshakeRejection.Malformed },
        { "parameter twice", HandshakeRejection.Malformed },
        { "parameter value too long", HandshakeRejection.Malformed },
        { "parameter out of range", HandshakeRejection.Malformed },
    };

    [Fact]
    public void Cut_short_at_any_length_it_is_dropped_as_truncated()
    {
        var good = Shakehands.Good(_pair);
        for (var length = 0; length < good.Length; length++)
        {
            Drops(DropReason.Truncated, good[..length]);
        }

        Changes_nothing();
    }

    [Fact]
    public void Cut_short_together_with_its_length_it_does_not_open()
    {
        var payload = Shakehands.Good(_pair)[FrameHeader.Size..];
        for (var length = 0; length < payload.Length; length += 7)
        {
            var before = _pair.Server.Counters.TotalDropped;
            _pair.Inject(Shakehands.Address(length), Shakehands.Datagram(ClientId << 16, payload[..length]));
            Assert.Equal(before + 1, _pair.Server.Counters.TotalDropped);
        }

        Changes_nothing();
    }

    [Fact]
    public void Larger_than_1200_bytes_it_is_dropped() =>
        Drops(DropReason.Oversized, Shakehands.Datagram(ClientId << 16, new byte[1185]));

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 2, 7 })]
    [InlineData(new byte[] { 1, 7, 7 })]
    public void With_other_bytes_behind_it_than_a_cookie_it_is_dropped(byte[] trailer) =>
        Drops(DropReason.Oversized, [.. Shakehands.Good(_pair), .. trailer]);

    [Fact]
    public void With_a_cookie_longer_than_any_it_is_dropped() =>
        Drops(DropReason.Oversized, [.. Shakehands.Good(_pair), 41, .. new byte[41]]);

    [Theory]
    [InlineData(12, 0x10, DropReason.ReservedBits)]
    [InlineData(12, 0x08, DropReason.ReservedBits)]
    [InlineData(12, 0x04, DropReason.ReservedBits)]
    [InlineData(13, 0x1A, DropReason.ReservedBits)]
    [InlineData(13, 0x8A, DropReason.ReservedBits)]
    [InlineData(13, 0x0E, DropReason.FlagsNotAllowed)]
    [InlineData(13, 0x0F, DropReason.UnknownOpcode)]
    [InlineData(12, 0x80, DropReason.FlagsNotAllowed)]
    [InlineData(12, 0x40, DropReason.FlagsNotAllowed)]
    [InlineData(12, 0x20, DropReason.FlagsNotAllowed)]
    [InlineData(12, 0x02, DropReason.FlagsNotAllowed)]
    [InlineData(12, 0x01, DropReason.FlagsNotAllowed)]
    [InlineData(3, 0x01, DropReason.BadSessionId)]
    [InlineData(2, 0x80, DropReason.BadSessionId)]
    public void With_a_wrong_header_it_is_dropped(int offset, byte value, DropReason reason)
    {
        var datagram = Shakehands.Good(_pair);
        datagram[offset] = value;
        Drops(reason, datagram);
    }

    [Fact]
    public void With_client_id_0_it_is_dropped() => Drops(DropReason.BadSessionId, Shakehands.Good(_pair, 0));

    [Fact]
    public void In_an_unknown_suite_it_is_dropped_before_any_public_key_work()
    {
        var datagram = Shakehands.Good(_pair);
        datagram[FrameHeader.Size] = 0x03;
        Drops(DropReason.UnknownSuite, datagram);
    }

    [Fact]
    public void In_a_suite_that_does_not_fit_the_key_it_is_dropped()
    {
        var payload = new byte[400];
        Shakehands.Good(_pair).AsSpan(FrameHeader.Size, 200).CopyTo(payload);
        payload[0] = ShakehandSealing.RsaOaep;
        Drops(DropReason.BadShakehand, Shakehands.Datagram(ClientId << 16, payload));
    }

    [Fact]
    public void For_a_key_the_server_does_not_hold_it_is_dropped()
    {
        var payload = Shakehands.Payload(_pair, ClientId, Shakehands.Plaintext(_pair.ClientEntropy), TestKeys.Other.PublicKey);
        Drops(DropReason.UnknownKey, Shakehands.Datagram(ClientId << 16, payload));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(60)]
    [InlineData(120)]
    public void Damaged_it_does_not_open(int offset)
    {
        var datagram = Shakehands.Good(_pair);
        datagram[offset] ^= 1;
        Drops(DropReason.BadShakehand, datagram);
    }

    [Fact]
    public void Sealed_for_another_client_id_it_does_not_open()
    {
        var datagram = Shakehands.Good(_pair);
        datagram[0] ^= 1;
        Drops(DropReason.BadShakehand, datagram);
    }

    [Fact]
    public void Without_a_key_to_authenticate_with_it_is_not_refused_but_dropped()
    {
        byte[] plaintext = [1, 2, 0, 0];
        Drops(DropReason.BadShakehand, Shakehands.Datagram(ClientId << 16, Shakehands.Payload(_pair, ClientId, plaintext)));
    }

    [Fact]
    public void What_does_not_open_is_answered_by_the_same_17_bytes_whatever_the_cause_and_not_beyond_the_rate()
    {
        for (var i = 1; i < 1000; i++)
        {
            _pair.Inject(Shakehands.Address(i), Shakehands.Junk(_pair, (ushort)i, i));
        }

        Assert.InRange(_pair.Elsewhere.Count, 1, _pair.Options.HintsPerSecond);
        Assert.All(_pair.Elsewhere, static d => Assert.Equal((17, 255), (d.Content.Length, d.Content[16])));
        Changes_nothing();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void With_content_that_cannot_be_accepted_it_is_refused_with_the_reason(string what, HandshakeRejection reason)
    {
        var plaintext = Spoil(what, Shakehands.Plaintext(_pair.ClientEntropy));
        var calls = _pair.ValidatorCalls;
        _pair.Inject(Shakehands.Address(1), Shakehands.Datagram(ClientId << 16, Shakehands.Payload(_pair, ClientId, plaintext)));

        var refusal = _pair.Elsewhere.Single().Content;
        Assert.Equal(HandshakeFrames.RefusalSize, refusal.Length);
        Assert.Equal(255, refusal[FrameHeader.Size]);
        Assert.Equal((byte)reason, refusal[HandshakeFrames.ReasonOffset]);
        Assert.Equal(1, _pair.Server.Counters.Refused(reason));
        Assert.Equal(calls + (what == "point off the curve" ? 1 : 0), _pair.ValidatorCalls);
        Changes_nothing();
    }

    [Fact]
    public void An_algorithm_that_the_server_does_not_offer_is_refused()
    {
        var pair = new Pair(options: new ServerEndpointOptions { Algorithms = [CipherAlgorithm.Aes256Gcm] });
        var connecting = pair.Connect(algorithm: CipherAlgorithm.Aes128Gcm);
        pair.Run(Pair.Second);

        Assert.Equal((ConnectFailureKind.Rejected, HandshakeRejection.Algorithm), (connecting.Failure!.Value.Kind, connecting.Failure.Value.Reason));
        Assert.Equal(0, pair.ValidatorCalls);
    }

    [Fact]
    public void Unknown_parameters_are_ignored()
    {
        byte[] plaintext = [.. Shakehands.Plaintext(_pair.ClientEntropy), 0x3F, 3, 9, 9, 9, 0x21, 0, 0x7F, 0xFF, 1, 5];
        _pair.Inject(Shakehands.Address(1), Shakehands.Datagram(ClientId << 16, Shakehands.Payload(_pair, ClientId, plaintext)));

        Assert.Equal(0, _pair.Elsewhere.Single().Content[FrameHeader.Size]);
    }

    private static byte[] Spoil(string what, byte[] plaintext)
    {
        switch (what)
        {
            case "version":
                plaintext[VersionAt] = 2;
                break;
            case "algorithm":
                plaintext[AlgorithmAt] = 4;
                break;
            case "algorithm of another key size":
                plaintext[AlgorithmAt] = (byte)CipherAlgorithm.Aes128Gcm;
                break;
            case "group":
                plaintext[ShareAt] = 2;
                break;
            case "no token":
                plaintext = [.. plaintext[..TokenLengthAt], 0, 0, .. plaintext[ShareAt..]];
                break;
            case "token beyond the payload":
                plaintext[TokenLengthAt] = 0xFF;
                break;
            case "compressed point":
                plaintext = [.. plaintext[..(ShareAt + 1)], 2, .. plaintext[(ShareAt + 2)..(ShareAt + 34)]];
                break;
            case "point at infinity":
                plaintext = [.. plaintext[..(ShareAt + 1)], 0];
                break;
            case "point off the curve":
                plaintext[ShareAt + 40] ^= 1;
                break;
            case "share cut short":
                plaintext = plaintext[..(ShareAt + 65)];
                break;
            case "parameter cut short":
                plaintext = [.. plaintext, 1, 2, 0x40];
                break;
            case "parameter twice":
                plaintext = [.. plaintext, 1, 1, 5, 1, 1, 5];
                break;
            case "parameter value too long":
                plaintext = [.. plaintext, 1, 2, 5, 5];
                break;
            case "parameter out of range":
                plaintext = [.. plaintext, 7, 2, 0x44, 0xAF];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }

        return plaintext;
    }

    private void Drops(DropReason reason, byte[] datagram)
    {
        var before = (_pair.Server.Counters.Dropped(reason), _pair.Server.Counters.TotalDropped);
        _pair.Inject(Shakehands.Address(1), datagram);
        Assert.Equal((before.Item1 + 1, before.TotalDropped + 1), (_pair.Server.Counters.Dropped(reason), _pair.Server.Counters.TotalDropped));
        Assert.Equal(0, _pair.Server.PendingCount);
        Assert.Equal(1, _pair.Server.SessionCount);
    }

    private void Changes_nothing()
    {
        Assert.Equal(0, _pair.Server.PendingCount);
        _pair.Echo(_client, _server);
        Assert.Single(_pair.ServerSessions);
        _pair.EndAll();
    }
}
