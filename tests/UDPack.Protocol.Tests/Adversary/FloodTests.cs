using UDPack.Protocol.Frames;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>More than the server has room for: what it keeps is bounded, and those who are honest still get through.</summary>
public sealed class FloodTests
{
    [Fact]
    public void A_spoofed_flood_meets_cookies_and_a_client_connects_in_the_middle_of_it()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidationThreshold = 64 });
        var (client, server) = pair.Establish();
        pair.HoldsJobs = true;
        Connecting? connecting = null;
        for (var i = 0; i < 100_000; i++)
        {
            pair.Inject(Shakehands.Address(i), Shakehands.Junk(pair, (ushort)(1 + (i % 65_000)), i));
            Assert.InRange(pair.Server.PendingCount, 0, pair.Options.AddressValidationThreshold + 1);
            if (i == 50_000)
            {
                connecting = pair.Connect();
            }

            if (i > 50_000 && i % 10 == 0)
            {
                pair.Run(1_000);
            }

            if (i % 200 == 0 && pair.Server.TryTakeJob(out var job))
            {
                pair.RunJob(job);
            }
        }

        Assert.NotNull(connecting!.Session);
        Assert.Equal(2, pair.ServerSessions.Count);
        Assert.Contains(connecting.Steps, static s => s.Kind == HandshakeStepKind.Retry);
        pair.HoldsJobs = false;
        Assert.True(pair.Server.Counters.Dropped(DropReason.BadCookie) >= 99_000);
        pair.Echo(client, server);
        pair.EndAll();
    }

    [Fact]
    public void Retries_that_wait_for_the_socket_are_bounded()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Always });
        for (var i = 0; i < 10_000; i++)
        {
            pair.Server.OnDatagram(pair.Now, Shakehands.Address(i), Shakehands.Junk(pair, 1, i));
        }

        pair.Flush();
        Assert.Equal(256, pair.Elsewhere.Count);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    [Fact]
    public void With_cookies_always_asked_for_a_client_connects_in_one_attempt()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Always });
        var connecting = pair.Connect();
        pair.RunUntil(() => pair.ServerSessions.Count == 1, Pair.Second);

        Assert.Equal(1, connecting.Handshake.Attempts);
        Assert.Equal(2, pair.Trace.Count(static d => d.ToServer && Forger.Header(d.Content).Opcode == Opcode.Shakehand));
    }

    [Fact]
    public void A_cookie_is_of_no_use_from_elsewhere_or_later_or_changed()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Always });
        pair.Filter = static (toServer, content) => !toServer || content.Length < 600;
        pair.Connect(attempts: 1);
        pair.RunUntil(() => pair.Trace.Count == 3, Pair.Second);
        var withCookie = pair.Trace[2].Content;
        var jobs = pair.Server.Counters.TotalDropped;
        pair.Inject(Shakehands.Address(1), withCookie);
        var changed = withCookie.ToArray();
        changed[^1] ^= 1;
        pair.Inject(Pair.ClientAddress, changed);
        pair.Run(0);
        Assert.Equal(jobs + 2, pair.Server.Counters.TotalDropped);
        Assert.Equal(3, pair.Server.Counters.Dropped(DropReason.BadCookie));
    }

    [Fact]
    public void Without_cookies_pending_handshakes_still_never_exceed_their_limit()
    {
        var pair = new Pair(options: new ServerEndpointOptions { AddressValidation = CookieMode.Never, MaxPending = 100 }) { HoldsJobs = true };
        for (var i = 0; i < 10_000; i++)
        {
            pair.Inject(Shakehands.Address(i), Shakehands.Junk(pair, (ushort)(i + 1), i));
            Assert.InRange(pair.Server.PendingCount, 1, 100);
        }

        Assert.Equal(9_900, pair.Server.Counters.Dropped(DropReason.HandshakesFull));
        pair.HoldsJobs = false;
        pair.EndAll();
    }

    [Fact]
    public void A_validator_that_never_answers_keeps_others_from_nothing()
    {
        var pair = new Pair() { HoldsJobs = true };
        for (var i = 1; i <= 300; i++)
        {
            pair.Inject(Shakehands.Address(i), Shakehands.Junk(pair, (ushort)i, i));
        }

        while (pair.Server.TryTakeJob(out _))
        {
            // Taken, never completed.
        }

        var pending = pair.Server.PendingCount;
        Assert.Equal(pair.Options.AddressValidationThreshold, pending);
        pair.HoldsJobs = false;
        pair.Run(100 * Pair.Second);
        var (client, server) = pair.Establish();
        pair.Echo(client, server);
        Assert.Equal(pending, pair.Server.PendingCount);
    }

    [Fact]
    public void A_job_the_workers_have_no_room_for_is_forgotten_and_the_next_try_starts_anew()
    {
        var pair = new Pair { HoldsJobs = true };
        var connecting = pair.Connect();
        pair.Run(20_000);
        Assert.True(pair.Server.TryTakeJob(out var job));
        pair.Server.AbandonJob(pair.Now, job);
        Assert.Equal(0, pair.Server.PendingCount);
        pair.HoldsJobs = false;
        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count == 1, 2 * Pair.Second);
        Assert.Equal(2, connecting.Handshake.Attempts);
    }

    [Fact]
    public void A_full_server_says_busy_at_once_and_has_room_for_a_later_try()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 1 });
        var (_, server) = pair.Establish();
        var second = pair.Connect();
        pair.Run(Pair.Second / 10);
        var failure = second.Failure!.Value;
        Assert.Equal((ConnectFailureKind.Busy, HandshakeRejection.Busy, 1), (failure.Kind, failure.Reason, failure.Attempts));
        Assert.Equal(1, pair.Server.Counters.Refused(HandshakeRejection.Busy));
        Assert.Equal((0, 1), (pair.Server.PendingCount, pair.ValidatorCalls));

        server.Abort();
        pair.Run(Pair.Second);
        var third = pair.Connect();
        pair.RunUntil(() => third.Session is not null && pair.ServerSessions.Count == 2, Pair.Second);
        Assert.Equal(2, pair.ValidatorCalls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_address_gets_no_more_sessions_than_its_limit(bool allAtOnce)
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessionsPerAddress = 2 });
        for (var i = 0; i < 5; i++)
        {
            pair.Connect(attempts: 1);
            pair.Run(allAtOnce ? 0 : 100_000);
        }

        pair.Run(Pair.Second);
        Assert.Equal(2, pair.Server.SessionCount);
        pair.EndAll();
        var (client, server) = pair.Establish();
        pair.Echo(client, server);
    }

    [Fact]
    public void A_client_killed_silently_is_gone_after_the_idle_timeout()
    {
        var pair = new Pair();
        var (_, server) = pair.Establish();
        pair.Run(60 * Pair.Second);
        Assert.Null(server.End);
        var killedAt = pair.Now;
        pair.Filter = static (_, _) => false;
        pair.RunUntil(() => server.End is not null, 40 * Pair.Second);

        Assert.Equal(SessionEndCause.Expired, server.End!.Value.Cause);
        Assert.InRange(pair.Now - killedAt, 19 * Pair.Second, 31 * Pair.Second);
        pair.EndAll();
    }

    [Fact]
    public void Before_READY_no_reply_is_larger_than_what_it_answers()
    {
        var pair = new Pair();
        pair.Filter = static (toServer, content) => !toServer || Forger.Header(content).Opcode == Opcode.Shakehand;
        pair.Connect();
        pair.Run(60 * Pair.Second);
        var before = pair.Trace.TakeWhile(static d => Forger.Header(d.Content).Opcode != Opcode.Data).ToArray();
        var sent = before.Where(static d => d.ToServer && Forger.Header(d.Content).Opcode == Opcode.Shakehand).ToArray();
        var answered = before.Where(static d => !d.ToServer).ToArray();
        Assert.True(answered.Length <= sent.Length);
        Assert.True(answered.Max(static d => d.Content.Length) <= sent.Min(static d => d.Content.Length));
    }

    [Fact]
    public void When_not_admitting_new_shakehands_are_dropped_and_handshakes_in_progress_finish()
    {
        var pair = new Pair();
        var first = pair.Connect();
        pair.RunUntil(() => first.Session is not null, Pair.Second);
        pair.Server.Admitting = false;
        var second = pair.Connect();
        pair.Run(Pair.Second);

        Assert.Single(pair.ServerSessions);
        Assert.Null(second.Session);
        Assert.True(pair.Server.Counters.Dropped(DropReason.NotAdmitting) > 0);
    }
}
