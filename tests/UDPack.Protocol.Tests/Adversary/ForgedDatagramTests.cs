using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Datagrams from someone without the keys, for sessions and handshakes in progress: none of them ends or changes anything.</summary>
public sealed class ForgedDatagramTests
{
    private readonly Pair _pair = new();
    private AppSide _client = null!;
    private AppSide _server = null!;

    public static TheoryData<byte> SessionOpcodes => [0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xB, 0xC];

    [Fact]
    public void A_forged_reply_is_counted_and_does_not_end_the_attempt()
    {
        var connecting = Connecting(out var id);
        var forged = Bare(Opcode.Handshake, id, 0, 150);
        forged[17] = 1;
        ToClient(DropReason.NotAuthentic, forged);
        using var point = System.Security.Cryptography.ECDiffieHellman.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Protocol.Crypto.P256.ExportPoint(point, forged.AsSpan(18));
        ToClient(DropReason.NotAuthentic, forged);
        Connects(connecting);
    }

    [Fact]
    public void So_is_any_other_frame_that_could_answer_the_shakehand()
    {
        var connecting = Connecting(out var id);
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 0, 17));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id & 0xFFFF0000, 0, 150));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 2, 17));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 255, 17));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 1, 17));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 1, HandshakeFrames.RefusalSize));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 255, HandshakeFrames.RefusalSize));
        ToClient(DropReason.Truncated, Bare(Opcode.Handshake, id, 0, 16));
        ToClient(DropReason.UnexpectedReply, Bare(Opcode.Retry, id & 0xFFFF0000, 0, 40));
        ToClient(DropReason.UnknownSession, Bare(Opcode.GoAway, id, 1, 17));
        Connects(connecting);
    }

    [Fact]
    public void A_refusal_that_was_tampered_with_does_not_verify()
    {
        _pair.Validator = static _ => HandshakeRejection.TokenRefused;
        _pair.Filter = static (toServer, _) => toServer;
        var connecting = _pair.Connect();
        _pair.Run(100_000);
        var refusal = _pair.Trace.Single(static d => !d.ToServer).Content;
        for (var i = 0; i < refusal.Length; i++)
        {
            var changed = refusal.ToArray();
            changed[i] ^= 0x01;
            _pair.InjectToClient(changed);
            Assert.Null(connecting.Failure);
        }

        _pair.InjectToClient(refusal);
        Assert.Equal(ConnectFailureKind.AuthenticationFailed, connecting.Failure!.Value.Kind);
    }

    [Fact]
    public void A_flood_of_retries_makes_the_client_send_no_more_than_three_times_per_interval()
    {
        var connecting = Connecting(out var id);
        var sent = _pair.Trace.Count(static d => d.ToServer);
        var hash = new byte[PayloadHash.Size];
        connecting.Shakehand.Hash.CopyTo(hash);
        for (var i = 0; i < 100; i++)
        {
            var retry = Bare(Opcode.Retry, id & 0xFFFF0000, 0, 40);
            retry[15] = 24;
            hash.AsSpan(0, 8).CopyTo(retry.AsSpan(16));
            retry[30] = (byte)i;
            _pair.InjectToClient(retry);
        }

        Assert.Equal(sent + 3, _pair.Trace.Count(static d => d.ToServer));
        Connects(connecting);
    }

    [Theory]
    [InlineData(8 + 16, 0, true)]
    [InlineData(8 + 1, 0, true)]
    [InlineData(8 + 40, 0, true)]
    [InlineData(8, 0, false)]
    [InlineData(8 + 41, 0, false)]
    [InlineData(8 + 16, -1, false)]
    [InlineData(8 + 16, 1, false)]
    [InlineData(8 + 16, -8, false)]
    public void The_payload_length_of_a_retry_counts_hash_and_cookie_and_all_that_follows_the_header(int payload, int more, bool isObeyed)
    {
        var connecting = Connecting(out var id);
        var sent = _pair.Trace.Count(static d => d.ToServer);
        var hash = new byte[PayloadHash.Size];
        connecting.Shakehand.Hash.CopyTo(hash);
        var retry = Bare(Opcode.Retry, id & 0xFFFF0000, 0, FrameHeader.Size + payload);
        retry[15] = (byte)(payload + more);
        hash.AsSpan(0, 8).CopyTo(retry.AsSpan(16));
        _pair.InjectToClient(retry);

        Assert.Equal(sent + (isObeyed ? 1 : 0), _pair.Trace.Count(static d => d.ToServer));
        Assert.Equal(isObeyed ? 0 : 1, _pair.Client.Counters.Dropped(DropReason.UnexpectedReply));
    }

    [Fact]
    public void A_flood_of_forged_replies_is_tried_a_hundred_times_a_second()
    {
        // A share that is on the curve, so that each try costs the agreement.
        var connecting = Connecting(out var id);
        using var share = _pair.ServerEntropy.CreateP256Key();
        var forged = Bare(Opcode.Handshake, id, 0, 150);
        forged[17] = ShakehandPlaintext.P256Group;
        P256.ExportPoint(share, forged.AsSpan(18, P256.PointSize));
        for (var i = 0; i < 3000; i++)
        {
            _pair.InjectToClient(forged);
            if (i % 1000 == 999)
            {
                _pair.Run(Pair.Second);
            }
        }

        Assert.Equal(300, _pair.Client.Counters.Dropped(DropReason.NotAuthentic));
        Assert.Equal(2700, _pair.Client.Counters.Dropped(DropReason.UnexpectedReply));
        Assert.Null(connecting.Session);
    }

    [Fact]
    public void From_another_address_than_the_servers_the_client_takes_nothing()
    {
        var connecting = _pair.Connect();
        _pair.Filter = static (toServer, _) => toServer;
        _pair.Run(20_000);
        var reply = _pair.Trace.First(static d => !d.ToServer).Content;
        _pair.InjectToClient(reply, Shakehands.Address(1));
        Assert.Equal(1, _pair.Client.Counters.Dropped(DropReason.WrongAddress));
        Assert.Null(connecting.Session);

        _pair.Filter = null;
        Connects(connecting);
        using var forger = new Forger(_pair, connecting);
        _pair.InjectToClient(forger.Seal(toServer: false, forger.Ping()), Shakehands.Address(1));
        Assert.Equal(2, _pair.Client.Counters.Dropped(DropReason.WrongAddress));
    }

    [Fact]
    public void A_forged_confirmation_makes_no_session_READY()
    {
        var connecting = Connecting(out var id);
        var forged = Bare(Opcode.Handshake, id, 0, 17 + 24);
        ToServer(DropReason.NotAuthentic, forged);
        ToServer(DropReason.UnexpectedReply, Bare(Opcode.Handshake, id, 1, 17 + 24));
        ToServer(DropReason.Truncated, Bare(Opcode.Handshake, id, 0, 17 + 23));
        Assert.Empty(_pair.ServerSessions);
        Connects(connecting);
    }

    [Theory]
    [MemberData(nameof(SessionOpcodes))]
    public void Unsealed_for_a_live_session_it_does_not_verify_on_either_side(byte opcode)
    {
        (_client, _server) = _pair.Establish();
        var datagram = Bare((Opcode)opcode, _client.Session.Id, 0, 80);
        datagram[12] = opcode switch { 0x0 => 0x40, 0x2 => 0xC0, 0x7 or 0x8 or 0x9 => 0x80, _ => 0 };

        // The next number, or it would count as a replay of the first.
        datagram[^17] = 100;
        ToServer(DropReason.NotAuthentic, datagram);
        ToClient((Opcode)opcode == Opcode.Handshake ? DropReason.WrongRole : DropReason.NotAuthentic, datagram);
        Lives();
    }

    [Theory]
    [MemberData(nameof(SessionOpcodes))]
    public void Cut_short_at_any_length_for_a_live_session_it_is_dropped(byte opcode)
    {
        (_client, _server) = _pair.Establish();
        var full = Bare((Opcode)opcode, _client.Session.Id, 0, 40);
        full[12] = opcode switch { 0x0 => 0x40, 0x2 => 0xC0, 0x7 or 0x8 or 0x9 => 0x80, _ => 0 };
        for (var length = 0; length < 40; length++)
        {
            var isClearGoAway = opcode == 0xC && length == 17;
            ToServer(isClearGoAway ? DropReason.WrongRole : DropReason.Truncated, full[..length]);
        }

        Lives();
    }

    [Fact]
    public void What_belongs_to_the_other_role_is_dropped()
    {
        (_client, _server) = _pair.Establish();
        ToServer(DropReason.WrongRole, Bare(Opcode.Retry, _client.Session.Id & 0xFFFF0000, 0, 40));
        ToServer(DropReason.WrongRole, Bare(Opcode.GoAway, _client.Session.Id, 1, 17));
        ToClient(DropReason.WrongRole, Shakehands.Good(_pair));
        ToClient(DropReason.WrongRole, _pair.Trace.First(static d => !d.ToServer).Content);
        ToClient(DropReason.WrongRole, Bare(Opcode.Retry, _client.Session.Id & 0xFFFF0000, 0, 40));
        Lives();
    }

    [Fact]
    public void Every_datagram_replayed_in_either_direction_is_dropped_as_replayed()
    {
        (_client, _server) = _pair.Establish();
        _pair.Echo(_client, _server);
        _pair.Run(Pair.Second);
        foreach (var (_, toServer, content) in _pair.Trace.Skip(2).ToArray())
        {
            if (toServer)
            {
                ToServer(DropReason.Replayed, content);
            }
            else
            {
                ToClient(DropReason.Replayed, content);
            }
        }

        Lives();
    }

    private static byte[] Bare(Opcode opcode, uint id, byte code, int length)
    {
        var datagram = new byte[Math.Max(17, length)];
        HandshakeFrames.WriteBare(datagram, id, 0, opcode, code);
        return datagram[..length];
    }

    /// <summary>A client whose reply was lost.</summary>
    private Connecting Connecting(out uint id)
    {
        _pair.Filter = static (toServer, _) => toServer;
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.Trace.Any(static d => !d.ToServer), Pair.Second);
        id = Forger.Header(_pair.Trace.First(static d => !d.ToServer).Content).SessionId;
        return connecting;
    }

    private void Connects(Connecting connecting)
    {
        _pair.Filter = null;
        _pair.RunUntil(() => connecting.Session is not null && _pair.ServerSessions.Count == 1, 20 * Pair.Second);
        (_client, _server) = (connecting.Session!, _pair.ServerSessions[0]);
        _pair.Echo(_client, _server);
    }

    private void ToServer(DropReason reason, byte[] datagram) =>
        Drops(_pair.Server.Counters, reason, () => _pair.Inject(Pair.ClientAddress, datagram));

    private void ToClient(DropReason reason, byte[] datagram) =>
        Drops(_pair.Client.Counters, reason, () => _pair.InjectToClient(datagram));

    private static void Drops(EndpointCounters counters, DropReason reason, Action act)
    {
        var before = (counters.Dropped(reason), counters.TotalDropped);
        act();
        Assert.Equal((before.Item1 + 1, before.TotalDropped + 1), (counters.Dropped(reason), counters.TotalDropped));
    }

    private void Lives()
    {
        Assert.Null(_client.End);
        Assert.Null(_server.End);
        _pair.Echo(_client, _server);
        _pair.EndAll();
    }
}
