using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>What the other side learns of an end: the reason, the application's code, and a text.</summary>
public sealed class GoAwayTests
{
    private readonly Pair _pair = new();
    private readonly AppSide _client;
    private readonly AppSide _server;

    public GoAwayTests() => (_client, _server) = _pair.Establish();

    [Fact]
    public void The_applications_code_and_text_arrive()
    {
        _server.Close(code: 7, text: "see you");
        Assert.Equal(new SessionEnd(SessionEndCause.ClosedByPeer, 7, "see you", GoAwayReason.Application), EndOfClient());
    }

    [Fact]
    public void A_text_that_would_forge_a_log_arrives_as_one_line()
    {
        _server.Abort(text: "bad\r\nforged\u001b[0m");
        Assert.Equal(new SessionEnd(SessionEndCause.PeerError, null, "bad  forged [0m", GoAwayReason.Application), EndOfClient());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_server_that_stops_says_so_whatever_ends_its_sessions(bool aborts)
    {
        _pair.Server.IsStopping = true;
        if (aborts)
        {
            _server.Abort(3, "out");
        }
        else
        {
            _server.Close(code: 3, text: "out");
        }

        Assert.Equal(
            new SessionEnd(aborts ? SessionEndCause.PeerError : SessionEndCause.ClosedByPeer, 3, "out", GoAwayReason.Stopping), EndOfClient());
        Assert.Equal(GoAwayReason.Stopping, _server.End!.Value.Reason);
    }

    [Fact]
    public void A_fault_stays_one_also_while_the_server_stops()
    {
        _pair.Server.IsStopping = true;
        _server.Abort(reason: GoAwayReason.HandlerFailed);
        Assert.Equal(new SessionEnd(SessionEndCause.PeerError, Reason: GoAwayReason.HandlerFailed), EndOfClient());
    }

    [Fact]
    public void An_authorisation_that_ran_out_is_told_from_silence()
    {
        _server.Session.End(_pair.Now, SessionEnd.AuthorisationOver, tellPeer: true);
        Assert.Equal(new SessionEnd(SessionEndCause.Expired, Reason: GoAwayReason.Expired), EndOfClient());
    }

    [Fact]
    public void Silence_is_told_as_such()
    {
        _pair.Filter = static (_, _) => false;
        _pair.RunUntil(() => _server.End is not null, 60 * Pair.Second);
        Assert.Equal(new SessionEnd(SessionEndCause.Expired, Reason: GoAwayReason.Idle), _server.End);
        _pair.EndAll();
    }

    private SessionEnd EndOfClient()
    {
        _pair.RunUntil(() => _client.End is not null, Pair.Second);
        var end = _client.End!.Value;
        _pair.EndAll();
        return end;
    }
}
