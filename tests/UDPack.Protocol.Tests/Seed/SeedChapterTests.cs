using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Seed;

/// <summary>Chapter 2.3 of the UDPack 1.0 book, "the connection handshake", in its order.</summary>
public sealed class SeedChapterTests
{
    private readonly Pair _pair = new();

    [Fact]
    public void Handshake_code_0_is_success_1_is_authentication_failed_and_minus_1_is_failed()
    {
        Assert.Equal(0, (byte)HandshakeCode.Success);
        Assert.Equal(1, (byte)HandshakeCode.AuthenticationFailed);
        Assert.Equal(unchecked((byte)-1), (byte)HandshakeCode.Failed);
    }

    [Theory]
    [InlineData(CipherAlgorithm.Aes128Gcm)]
    [InlineData(CipherAlgorithm.Aes256Gcm)]
    [InlineData(CipherAlgorithm.ChaCha20Poly1305)]
    public void The_client_chooses_the_algorithm_and_the_server_uses_it(CipherAlgorithm algorithm)
    {
        var connecting = _pair.Connect(algorithm: algorithm);
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, Pair.Second);

        Assert.Equal(algorithm, connecting.Session!.Session.Algorithm);
        Assert.Equal(algorithm, _pair.ServerSessions[0].Session.Algorithm);
        _pair.Echo(connecting.Session, _pair.ServerSessions[0]);
    }

    [Fact]
    public void The_client_opens_its_session_and_sends_a_shakehand()
    {
        var states = new List<SessionState>();
        _pair.Filter = (_, _) => false;
        var connecting = _pair.Connect();
        states.Add(connecting.Handshake.State);

        Assert.Equal([SessionState.Open], states);
        Assert.Equal(SessionState.Open, connecting.Steps.Single().State);
        Assert.Single(_pair.Trace);
    }

    [Fact]
    public void Before_it_sends_the_clients_session_is_INIT()
    {
        var shakehand = PreparedShakehand.Create(
            _pair.Key.PublicKey, CipherAlgorithm.Aes256Gcm, "t"u8, new(), _pair.ClientEntropy);
        var request = new ClientConnect(Pair.ServerAddress, shakehand, 6, 500_000, new SessionOptions());
        var handshake = _pair.Client.Connect(_pair.Now, request, new Connecting(_pair));

        Assert.Equal(SessionState.Init, handshake.State);
    }

    [Fact]
    public void The_shakehand_frame_byte_by_byte()
    {
        _pair.Filter = (_, _) => false;
        var connecting = _pair.Connect();
        var frame = _pair.Trace.Single().Content;

        Assert.NotEqual(0, connecting.Shakehand.ClientId);
        Assert.Equal(connecting.Shakehand.ClientId, BinaryPrimitives.ReadUInt16BigEndian(frame));
        Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2)));
        AssertTimestamp(frame, _pair.Now);
        Assert.Equal(0b000_000_00, frame[12]);
        Assert.Equal(0x0A, frame[13]);
        Assert.Equal(frame.Length - 16, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(14)));
        Assert.Equal(connecting.Shakehand.Payload, frame[16..]);
    }

    [Fact]
    public void The_payload_is_algorithm_key_iv_and_token_encrypted_to_the_servers_public_key()
    {
        _pair.Filter = (_, _) => false;
        var connecting = _pair.Connect("a token worth stealing");
        var payload = _pair.Trace.Single().Content[16..];
        var plaintext = new byte[1200];

        Assert.True(ShakehandSealing.TryOpen(_pair.Key, connecting.Shakehand.ClientId, payload, plaintext, out var length));
        var (key, iv) = (connecting.KeyAndIv[..32], connecting.KeyAndIv[32..]);
        byte[] expected = [1, (byte)CipherAlgorithm.Aes256Gcm, 32, .. key, 12, .. iv, 0, 22, .. "a token worth stealing"u8];
        Assert.Equal(expected, plaintext[..expected.Length]);
        Assert.True(length > expected.Length);
    }

    [Fact]
    public void Another_private_key_cannot_open_the_payload()
    {
        _pair.Filter = (_, _) => false;
        var connecting = _pair.Connect();

        Assert.False(ShakehandSealing.TryOpen(
            TestKeys.Other, connecting.Shakehand.ClientId, _pair.Trace.Single().Content.AsSpan(16), new byte[1200], out _));
    }

    [Fact]
    public void Neither_token_nor_key_nor_iv_is_ever_visible_on_the_wire()
    {
        var connecting = _pair.Connect("a token worth stealing");
        _pair.Run(3 * Pair.Second);

        Assert.NotNull(connecting.Session);
        Assert.All(_pair.Trace, d =>
        {
            Assert.True(d.Content.AsSpan().IndexOf("a token worth stealing"u8) < 0);
            Assert.True(d.Content.AsSpan().IndexOf(connecting.KeyAndIv.AsSpan(0, 32)) < 0);
            Assert.True(d.Content.AsSpan().IndexOf(connecting.KeyAndIv.AsSpan(32)) < 0);
        });
    }

    [Fact]
    public void The_server_asks_the_application_to_validate_the_token_before_it_makes_a_session()
    {
        string? asked = null;
        _pair.Validator = token =>
        {
            asked = token;
            Assert.DoesNotContain(_pair.ServerSteps, static s => s.State == SessionState.Open);
            return null;
        };
        _pair.Connect("the token");
        _pair.RunUntil(() => asked is not null, Pair.Second);

        Assert.Equal("the token", asked);
        Assert.Contains(_pair.ServerSteps, static s => s is { Kind: HandshakeStepKind.Reply, State: SessionState.Open });
    }

    [Fact]
    public void The_servers_handshake_frame_byte_by_byte()
    {
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.Trace.Any(static d => !d.ToServer), Pair.Second);
        var (at, _, frame) = _pair.Trace.First(static d => !d.ToServer);

        Assert.Equal(connecting.Shakehand.ClientId, BinaryPrimitives.ReadUInt16BigEndian(frame));
        Assert.NotEqual(0, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2)));
        AssertHandshakeFrame(frame, at, code: 0);
    }

    [Fact]
    public void The_client_confirms_with_the_same_frame_byte_by_byte()
    {
        var connecting = _pair.Connect();
        _pair.RunUntil(() => connecting.Session is not null, Pair.Second);
        var reply = _pair.Trace.First(static d => !d.ToServer).Content;
        var (at, _, frame) = _pair.Trace.Last(static d => d.ToServer);

        Assert.Equal(reply[..4], frame[..4]);
        Assert.Equal(connecting.Session!.Session.Id, BinaryPrimitives.ReadUInt32BigEndian(frame));
        AssertHandshakeFrame(frame, at, code: 0);
    }

    [Fact]
    public void The_client_chooses_the_high_half_of_the_id_and_the_server_the_low_half_at_random()
    {
        var sessions = Enumerable.Range(0, 20).Select(_ => _pair.Establish().Client.Session.Id).ToArray();

        Assert.True(sessions.Select(static id => id >> 16).Distinct().Count() > 18);
        Assert.True(sessions.Select(static id => id & 0xFFFF).Distinct().Count() > 18);
    }

    [Fact]
    public void The_client_gets_its_session_with_the_verified_handshake_frame()
    {
        _pair.Filter = (toServer, content) => !toServer || Forger.Header(content).Opcode == Opcode.Shakehand;
        var connecting = _pair.Connect();
        _pair.Run(Pair.Second);

        Assert.Equal(SessionState.Ready, connecting.Handshake.State);
        Assert.Equal(SessionState.Ready, connecting.Session!.Session.State);
        Assert.Empty(_pair.ServerSessions);
    }

    [Fact]
    public void The_server_gives_the_application_its_session_only_when_the_confirmation_came()
    {
        var connecting = _pair.Connect();
        _pair.RunUntil(() => connecting.Session is not null, Pair.Second);
        Assert.Empty(_pair.ServerSessions);
        Assert.Equal(0, _pair.Server.SessionCount);
        Assert.Equal(1, _pair.Server.PendingCount);

        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, Pair.Second);

        Assert.Equal(SessionState.Ready, _pair.ServerSessions[0].Session.State);
        Assert.Equal(connecting.Session!.Session.Id, _pair.ServerSessions[0].Session.Id);
        Assert.Equal(0, _pair.Server.PendingCount);
        Assert.Equal(
            [SessionState.Init, SessionState.Open, SessionState.Ready],
            _pair.ServerSteps.Select(static s => s.State));
        Assert.Equal([SessionState.Open, SessionState.Ready, SessionState.Ready], connecting.Steps.Select(static s => s.State));
    }

    [Fact]
    public void A_refused_token_is_answered_with_code_1_and_no_session()
    {
        _pair.Validator = static _ => HandshakeRejection.TokenRefused;
        var connecting = _pair.Connect();
        _pair.Run(Pair.Second);
        var (at, _, frame) = _pair.Trace.Single(static d => !d.ToServer);

        AssertHandshakeFrame(frame, at, code: 1);
        Assert.Equal(connecting.Shakehand.ClientId, BinaryPrimitives.ReadUInt16BigEndian(frame));
        Assert.Equal(ConnectFailureKind.AuthenticationFailed, connecting.Failure!.Value.Kind);
        Assert.Equal(SessionState.Close, connecting.Handshake.State);
        Assert.Null(connecting.Session);
        Assert.Empty(_pair.ServerSessions);
        Assert.Equal(0, _pair.Server.PendingCount);
        _pair.EndAll();
    }

    [Fact]
    public void Another_refusal_is_answered_with_code_minus_1()
    {
        _pair.Validator = static _ => HandshakeRejection.Unspecified;
        var connecting = _pair.Connect();
        _pair.Run(Pair.Second);
        var (at, _, frame) = _pair.Trace.Single(static d => !d.ToServer);

        AssertHandshakeFrame(frame, at, code: 255);
        Assert.Equal(ConnectFailureKind.Rejected, connecting.Failure!.Value.Kind);
        Assert.Empty(_pair.ServerSessions);
    }

    [Fact]
    public void On_silence_the_client_sends_the_same_payload_again_with_a_new_timestamp()
    {
        _pair.Filter = (_, _) => false;
        _pair.Connect();
        _pair.Run(700_000);
        var frames = _pair.Trace.ToArray();

        Assert.Equal(2, frames.Length);
        Assert.Equal(frames[0].Content[..4], frames[1].Content[..4]);
        Assert.Equal(frames[0].Content[12..], frames[1].Content[12..]);
        AssertTimestamp(frames[1].Content, frames[1].At);
        Assert.NotEqual(frames[0].Content[4..12], frames[1].Content[4..12]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void When_the_retry_count_is_reached_the_session_is_closed_and_a_timeout_reported(int attempts)
    {
        _pair.Filter = (_, _) => false;
        var connecting = _pair.Connect(attempts: attempts);
        _pair.Run(100 * Pair.Second);
        var times = _pair.Trace.Select(static d => d.At).ToArray();

        Assert.Equal(attempts, times.Length);
        Assert.Equal(SessionState.Close, connecting.Handshake.State);
        Assert.Equal(ConnectFailureKind.Timeout, connecting.Failure!.Value.Kind);
        Assert.Equal(attempts, connecting.Failure.Value.Attempts);
        for (var i = 1; i < times.Length; i++)
        {
            // 500 ms, doubling, ±20 %, and up to two timer ticks late.
            var interval = 500_000L << (i - 1);
            Assert.InRange(times[i] - times[i - 1], interval * 8 / 10, (interval * 12 / 10) + 2048);
        }
    }

    [Fact]
    public void The_retry_intervals_differ_between_clients()
    {
        _pair.Filter = (_, _) => false;
        for (var i = 0; i < 10; i++)
        {
            _pair.Connect();
        }

        _pair.Run(Pair.Second);
        var second = _pair.Trace.Skip(10).Select(static d => d.At).Distinct();
        Assert.True(second.Count() > 5);
    }

    private static void AssertHandshakeFrame(byte[] frame, long at, byte code)
    {
        AssertTimestamp(frame, at);
        Assert.Equal(0b000_000_00, frame[12]);
        Assert.Equal(0x0B, frame[13]);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(14)));
        Assert.Equal(code, frame[16]);
    }

    private static void AssertTimestamp(byte[] frame, long at) =>
        Assert.Equal(Pair.UnixEpochOffsetMs + (at / 1000), BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(4)));
}
