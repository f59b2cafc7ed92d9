using UDPack.Protocol.Frames;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Handshake;

/// <summary>Whoever measures handshakes hears of each end once, with what was attached to it.</summary>
public sealed class HandshakeEndTests
{
    [Fact]
    public void A_confirmed_handshake_is_completed_after_a_round_trip()
    {
        var pair = new Pair { HoldsJobs = true };
        pair.Connect();
        pair.Run(100_000);
        var trace = Trace(pair);
        pair.HoldsJobs = false;
        pair.RunUntil(() => pair.ServerSessions.Count == 1, Pair.Second);

        var end = Assert.Single(pair.Ends);
        Assert.Equal(HandshakeOutcome.Completed, end.Outcome);
        Assert.Same(trace, end.Trace);
        Assert.InRange(end.Micros, 1, Pair.Second);
    }

    [Fact]
    public void A_refused_one_has_its_reason()
    {
        var pair = new Pair { Validator = static _ => HandshakeRejection.TokenRefused };
        pair.Connect();
        pair.Run(Pair.Second);

        var end = Assert.Single(pair.Ends);
        Assert.Equal((HandshakeOutcome.Refused, HandshakeRejection.TokenRefused), (end.Outcome, end.Rejection));
    }

    [Fact]
    public void One_that_does_not_open_is_dropped()
    {
        var pair = new Pair();
        pair.Inject(Shakehands.Address(1), Shakehands.Junk(pair, 1, 1));

        var end = Assert.Single(pair.Ends);
        Assert.Equal((HandshakeOutcome.Dropped, DropReason.BadShakehand), (end.Outcome, end.DropReason));
    }

    [Fact]
    public void One_that_is_not_confirmed_expires()
    {
        var pair = new Pair { Filter = static (toServer, content) => toServer && Forger.Header(content).Opcode == Opcode.Shakehand };
        pair.Connect(attempts: 1);
        pair.Run(11 * Pair.Second);

        var end = Assert.Single(pair.Ends);
        Assert.Equal(HandshakeOutcome.Expired, end.Outcome);
        Assert.Equal(10 * Pair.Second, end.Micros, 100_000d);
    }

    [Fact]
    public void One_without_a_worker_is_dropped()
    {
        var pair = new Pair { HoldsJobs = true };
        pair.Connect(attempts: 1);
        pair.Run(100_000);
        Assert.True(pair.Server.TryTakeJob(out var job));
        pair.Server.AbandonJob(pair.Now, job);

        var end = Assert.Single(pair.Ends);
        Assert.Equal((HandshakeOutcome.Dropped, DropReason.HandshakesFull), (end.Outcome, end.DropReason));
    }

    // Attached by the worker that takes the job, which then is run.
    private static object Trace(Pair pair)
    {
        Assert.True(pair.Server.TryTakeJob(out var job));
        var trace = new object();
        job.Trace = trace;
        pair.RunJob(job);
        return trace;
    }
}
