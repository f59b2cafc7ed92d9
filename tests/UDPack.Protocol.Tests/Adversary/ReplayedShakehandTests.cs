using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>One captured shakehand, again and from elsewhere, at every stage of the handshake.</summary>
public sealed class ReplayedShakehandTests
{
    private const int ReplySize = HandshakeFrames.BareSize + KeySchedule.ServerShareSize;

    private readonly Pair _pair = new();

    private byte[] Captured => _pair.Trace.First(static d => d.ToServer).Content;

    private byte[][] Replies => [.. _pair.Trace.Where(static d => !d.ToServer).Select(static d => d.Content)];

    [Fact]
    public void While_a_worker_is_busy_with_it_a_repeat_is_dropped()
    {
        _pair.HoldsJobs = true;
        _pair.Connect();
        _pair.Run(20_000);
        _pair.Inject(Pair.ClientAddress, Captured);

        Assert.Equal(1, _pair.Server.Counters.Dropped(DropReason.RepeatedShakehand));
        Assert.Equal(1, _pair.Server.PendingCount);
        Assert.True(_pair.Server.TryTakeJob(out _));
        Assert.False(_pair.Server.TryTakeJob(out _));
    }

    [Fact]
    public void From_elsewhere_while_undecided_it_waits_for_the_one_verdict_and_gets_a_share_and_id_of_its_own()
    {
        _pair.HoldsJobs = true;
        _pair.Connect();
        _pair.Run(20_000);
        _pair.Inject(Shakehands.Address(1), Captured);
        Assert.Equal(2, _pair.Server.PendingCount);
        _pair.RunJobs();

        Assert.Equal(1, _pair.ValidatorCalls);
        var (mine, other) = (Replies.Single(), _pair.Elsewhere.Single().Content);
        Assert.NotEqual(mine[..4], other[..4]);
        Assert.NotEqual(mine[HandshakeFrames.BareSize..ReplySize], other[HandshakeFrames.BareSize..ReplySize]);
    }

    [Fact]
    public void While_OPEN_a_repeat_gets_the_same_share_and_parameters_sealed_under_the_next_counter()
    {
        _pair.Filter = static (toServer, _) => toServer;
        var connecting = _pair.Connect();
        _pair.Run(3 * Pair.Second);
        var replies = Replies;

        Assert.True(replies.Length >= 2);
        Assert.Equal(1, _pair.ValidatorCalls);
        Assert.Equal(1, _pair.Server.PendingCount);
        for (var i = 0; i < replies.Length; i++)
        {
            Assert.Equal(replies[0][..4], replies[i][..4]);
            Assert.Equal(replies[0][HandshakeFrames.BareSize..ReplySize], replies[i][HandshakeFrames.BareSize..ReplySize]);
            Assert.Equal((ulong)i, System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(replies[i].AsSpan(replies[i].Length - DatagramSealer.Overhead)));
        }

        _pair.Filter = null;
        _pair.RunUntil(() => connecting.Session is not null && _pair.ServerSessions.Count == 1, 20 * Pair.Second);
        _pair.Echo(connecting.Session!, _pair.ServerSessions[0]);
        _pair.EndAll();
    }

    [Fact]
    public void Options_that_change_while_OPEN_do_not_change_the_reply()
    {
        _pair.Filter = static (toServer, _) => toServer;
        _pair.Connect();
        _pair.Run(20_000);
        _pair.Server.ApplyOptions(_pair.Options with { Parameters = new TransportParameters { InitialSessionCredit = 5000 } });
        _pair.Run(Pair.Second);

        Assert.Single(Replies.Select(static r => r.Length).Distinct());
    }

    [Fact]
    public void After_READY_a_repeat_from_the_same_address_is_dropped()
    {
        var (client, server) = _pair.Establish();
        _pair.Inject(Pair.ClientAddress, Captured);

        Assert.Equal(1, _pair.Server.Counters.Dropped(DropReason.RepeatedShakehand));
        Still_one_session(client, server);
    }

    [Fact]
    public void After_READY_a_replay_from_elsewhere_is_dropped()
    {
        var (client, server) = _pair.Establish();
        _pair.Inject(Shakehands.Address(1), Captured);

        Assert.Equal(1, _pair.Server.Counters.Dropped(DropReason.RepeatedShakehand));
        Assert.Empty(_pair.Elsewhere);
        Still_one_session(client, server);
    }

    [Fact]
    public void After_a_refusal_a_repeat_gets_the_refusal_again_without_the_validator()
    {
        _pair.Validator = static _ => HandshakeRejection.TokenRefused;
        _pair.Connect();
        _pair.Run(Pair.Second);
        _pair.Inject(Pair.ClientAddress, Captured);
        _pair.Inject(Shakehands.Address(1), Captured);

        Assert.Equal(1, _pair.ValidatorCalls);
        Assert.Equal(2, Replies.Length);
        Assert.Equal(Replies[0], Replies[1]);
        Assert.Equal(1, _pair.Elsewhere.Single().Content[FrameHeader.Size]);
        Assert.Equal(0, _pair.Server.PendingCount);
    }

    [Fact]
    public void The_first_confirmed_of_several_addresses_drops_the_others()
    {
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.Trace.Count > 1, Pair.Second);
        for (var i = 0; i < 5; i++)
        {
            _pair.Inject(Shakehands.Address(i), Captured);
        }

        Assert.Equal(6, _pair.Server.PendingCount);
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, Pair.Second);

        Assert.Equal(0, _pair.Server.PendingCount);
        Assert.Equal(1, _pair.ValidatorCalls);
        Still_one_session(connecting.Session!, _pair.ServerSessions[0]);
    }

    [Fact]
    public void A_job_that_is_still_out_when_another_address_is_confirmed_works_in_vain_on_intact_secrets()
    {
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.Trace.Count > 1, Pair.Second);
        _pair.HoldsJobs = true;
        _pair.Inject(Shakehands.Address(1), Captured);
        Assert.True(_pair.Server.TryTakeJob(out var job));
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, Pair.Second);

        Assert.NotEmpty(job.Shakehand.KeyAndIv);
        var secret = job.Shakehand.KeyAndIv;
        _pair.RunJob(job);

        Assert.Equal(JobOutcome.Accepted, job.Outcome);
        Assert.All(secret, static b => Assert.Equal(0, b));
        _pair.HoldsJobs = false;
        Still_one_session(connecting.Session!, _pair.ServerSessions[0]);
    }

    [Fact]
    public void Secrets_of_a_handshake_without_verdict_are_zeroed_when_its_job_comes_back()
    {
        _pair.HoldsJobs = true;
        _pair.Connect(attempts: 1);
        _pair.Run(20_000);
        Assert.True(_pair.Server.TryTakeJob(out var job));
        Assert.True(job.Open(_ => _pair.Key));
        var (secret, token) = (job.Shakehand.KeyAndIv, job.Shakehand.Token);
        _pair.Server.CompleteJob(_pair.Now, job);

        Assert.Equal(0, _pair.Server.PendingCount);
        Assert.All(secret.Concat(token), static b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_handshake_that_expired_unconfirmed_is_answered_anew_without_a_second_verdict()
    {
        _pair.Filter = static (toServer, _) => toServer;
        var connecting = _pair.Connect(attempts: 8);
        _pair.RunUntil(() => _pair.Server.Counters.HandshakesExpired == 1, 20 * Pair.Second);
        var old = Replies[0];
        _pair.Filter = null;
        _pair.RunUntil(() => connecting.Session is not null && _pair.ServerSessions.Count == 1, 60 * Pair.Second);

        Assert.Equal(1, _pair.ValidatorCalls);
        Assert.NotEqual(old[..4], Replies[^1][..4]);
        _pair.Echo(connecting.Session!, _pair.ServerSessions[0]);
        _pair.EndAll();
    }

    [Fact]
    public void Replayed_from_ten_thousand_addresses_it_never_exceeds_the_limit_and_costs_one_verdict()
    {
        _pair.Filter = static (toServer, _) => toServer;
        var connecting = _pair.Connect();
        _pair.Run(20_000);
        for (var i = 0; i < 10_000; i++)
        {
            _pair.Inject(Shakehands.Address(i), Captured);
            Assert.InRange(_pair.Server.PendingCount, 0, _pair.Options.AddressValidationThreshold);
        }

        Assert.Equal(1, _pair.ValidatorCalls);
        _pair.Filter = null;
        _pair.RunUntil(() => connecting.Session is not null && _pair.ServerSessions.Count == 1, 20 * Pair.Second);
        Assert.Equal(0, _pair.Server.PendingCount);
        Still_one_session(connecting.Session!, _pair.ServerSessions[0]);
    }

    [Fact]
    public void Replays_of_a_good_shakehand_take_no_more_places_than_there_are_and_do_not_cost_the_client_its_own()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 3, AddressValidation = CookieMode.Never });
        pair.Filter = static (toServer, _) => toServer;
        var connecting = pair.Connect();
        pair.Run(20_000);
        var captured = pair.Trace[0].Content;
        for (var i = 0; i < 50; i++)
        {
            pair.Inject(Shakehands.Address(i), captured);
        }

        Assert.Equal(3, pair.Server.PendingCount);
        pair.Filter = null;
        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count == 1, 5 * Pair.Second);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    [Fact]
    public void Remembered_handshakes_are_bounded_and_expire()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxPending = 2, AddressValidation = CookieMode.Never })
        {
            Validator = static _ => HandshakeRejection.TokenRefused,
        };
        var datagrams = Enumerable.Range(1, 40).Select(i => Shakehands.Good(pair, (ushort)i)).ToArray();
        foreach (var datagram in datagrams)
        {
            pair.Inject(Shakehands.Address(1), datagram);
        }

        Assert.Equal(40, pair.ValidatorCalls);
        pair.Inject(Shakehands.Address(1), datagrams[39]);
        pair.Inject(Shakehands.Address(1), datagrams[8]);
        Assert.Equal(40, pair.ValidatorCalls);
        pair.Inject(Shakehands.Address(1), datagrams[7]);
        Assert.Equal(41, pair.ValidatorCalls);

        pair.Run(31 * Pair.Second);
        pair.Inject(Shakehands.Address(1), datagrams[39]);
        Assert.Equal(42, pair.ValidatorCalls);
    }

    private void Still_one_session(AppSide client, AppSide server)
    {
        _pair.Echo(client, server);
        Assert.Equal(1, _pair.Server.SessionCount);
        Assert.Equal(1, _pair.ValidatorCalls);
        Assert.Equal(0, _pair.Server.PendingCount);
        _pair.EndAll();
    }
}
