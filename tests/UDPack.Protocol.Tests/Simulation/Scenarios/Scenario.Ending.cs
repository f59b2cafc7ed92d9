namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>How a session ends, and what both ends must know then.</summary>
internal sealed partial class Scenario
{
    private const ushort Code = 7;

    private void EndTheSession()
    {
        if (IsOver)
        {
            // The script aborted it.
            AwaitBothEnds();
            return;
        }

        var (one, other) = _random.Next(2) == 0 ? (_conversation.Client!, _conversation.Server!) : (_conversation.Server!, _conversation.Client!);
        switch (_plan.Ending)
        {
            case ScenarioEnding.ClientCloses:
                CloseGracefully(_conversation.Client!, _conversation.Server!);
                break;
            case ScenarioEnding.ServerCloses:
                CloseGracefully(_conversation.Server!, _conversation.Client!);
                break;
            case ScenarioEnding.BothClose:
                one.Close(600 * Pair.Second, Code);
                other.Close(600 * Pair.Second, Code);
                AwaitBothEnds();
                break;
            case ScenarioEnding.ClosesInAHurry:
                CloseInAHurry(one);
                break;
            case ScenarioEnding.Aborts:
                SendMore(one);
                SendMore(other);
                one.Abort(Code);
                Pair.Flush();
                Assert.Equal(SessionEndCause.Aborted, one.End!.Value.Cause);
                AwaitBothEnds();
                Assert.Contains(other.End!.Value.Cause, new[] { SessionEndCause.PeerError, SessionEndCause.Expired, SessionEndCause.UnknownToPeer });
                break;
            case ScenarioEnding.LinkDies:
                SendMore(one);
                SendMore(other);
                Pair.ToServer = Pair.ToServer with { Blackhole = true };
                Pair.ToClient = Pair.ToClient with { Blackhole = true };
                AwaitBothEnds();
                Assert.Equal(SessionEndCause.Expired, one.End!.Value.Cause);
                Assert.Equal(SessionEndCause.Expired, other.End!.Value.Cause);
                break;
        }

        AssertAllAreTold();
    }

    private void SendMore(Party party)
    {
        _budget = Math.Max(_budget, 30_000);
        SendMany(party.Session.MaxPacketBytes, party.Send);
        SendOnStream(party);
        Pair.Flush();
    }

    /// <summary>Everything that was accepted before arrives before the end.</summary>
    private void CloseGracefully(Party closing, Party other)
    {
        SendMore(closing);
        closing.Close(3600 * Pair.Second, Code);
        Pair.Flush();
        other.WhenStreamOpened += static side => side.Reader.PerTurn = null;
        AwaitBothEnds();
        Assert.True(closing.End is { Cause: SessionEndCause.ClosedLocally }, $"{closing.End}, {other.End}");
        Assert.Contains(other.End!.Value.Cause, new[] { SessionEndCause.ClosedByPeer, SessionEndCause.Expired, SessionEndCause.UnknownToPeer });
        if (other.End.Value.Cause == SessionEndCause.ClosedByPeer)
        {
            Assert.Equal(Code, other.End.Value.ApplicationCode);
        }

        Assert.True(closing.Out.IsComplete, "A graceful close lost something.");
        foreach (var side in closing.Streams)
        {
            // Not what either side gave up, nor what came too late.
            if (side.AbortedWith is null && side.Other?.AbortedWith is null)
            {
                Assert.True(side.Out.IsComplete, $"A graceful close lost something of stream {side.Channel.Id}.");
            }
        }
    }

    private void CloseInAHurry(Party closing)
    {
        SendMore(closing);
        var drain = _random.NextInt64(300_000);
        var latest = Pair.Now + drain + 10_000;
        closing.Close(drain, Code);
        Pair.RunUntil(() => closing.End is not null, drain + 10_000);
        Assert.True(Pair.Now <= latest);
        AwaitBothEnds();
    }

    private void AwaitBothEnds()
    {
        // A goaway may be lost; then the other side finds out by its idle timeout, counted from the last it sent after it heard something.
        if (_conversation.Server is null)
        {
            // It may still be about to see the session.
            Pair.Run(20 * Pair.Second);
        }

        var limit = (3 * Math.Max(_plan.Client.IdleTimeoutMs, _plan.Server.IdleTimeoutMs) * 1000) + (3600 * Pair.Second);
        Pair.RunUntil(() => _conversation.Parties.All(static p => p.End is not null), limit);
    }

    /// <summary>No packet and no stream is left without its fate at either end.</summary>
    private void AssertAllAreTold()
    {
        foreach (var party in _conversation.Parties)
        {
            Assert.Equal(party.Out.Sent, party.Out.Done);
            Assert.True(party.End is { Cause: not (SessionEndCause.ProtocolError or SessionEndCause.KeysExhausted) }, $"{party.End}");
            party.Out.AssertAcknowledgedArrived();
            foreach (var side in party.Streams)
            {
                Assert.NotNull(side.End);
                Assert.Equal(side.Out.Sent, side.Out.Done);
                if (side.AbortedWith is not null || side.Other?.AbortedWith is not null)
                {
                    // Whoever gives up a stream throws away what still comes.
                    continue;
                }

                side.Out.AssertAcknowledgedArrived();
                Assert.True(!side.IsCompleted || side.Out.IsComplete);
            }
        }
    }
}
