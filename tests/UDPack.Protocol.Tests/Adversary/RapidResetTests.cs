using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Streams;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Streams that are opened only to be aborted: 44 bytes each for who does it, a stream, a handler and their end for the other side.</summary>
public sealed class RapidResetTests
{
    private const int Limit = 128;
    private const int Seconds = 10;
    private const int Allowed = (AbortRate.PerSecond * Seconds) + (2 * Limit) + Limit;

    private readonly Pair _pair = new() { KeepsTrace = false };

    [Fact]
    public void Streams_that_are_aborted_at_once_are_worked_on_no_faster_than_the_rate()
    {
        var (client, server) = _pair.Establish();

        Until(_pair.Now + (Seconds * Pair.Second), () =>
        {
            while (client.TryOpen() is { } stream)
            {
                stream.Abort(0);
            }
        });

        Assert.InRange(server.Streams.Count, Allowed / 2, Allowed);
        Assert.True(_pair.Server.Counters.StreamAbortsHeldBack > 0);
        Assert.Null(server.End);
        _pair.Run(2 * Pair.Second);
        Assert.NotNull(client.TryOpen());
        _pair.Echo(client, server);
        _pair.EndAll();
    }

    [Fact]
    public void Nor_are_those_that_make_the_other_side_abort()
    {
        // A handler that refuses each stream is kept as busy as one whose streams are aborted.
        var (client, server) = _pair.Establish();
        server.WhenStreamOpened = stream => stream.Stream.Abort(_pair.Now, 1);

        Until(_pair.Now + (Seconds * Pair.Second), () =>
        {
            while (client.TryOpen() is not null)
            {
                // As many as there are places.
            }
        });

        Assert.InRange(server.Streams.Count, Allowed / 2, Allowed);
        Assert.Null(server.End);
    }

    [Fact]
    public void Whoever_does_not_wait_for_a_place_ends_its_session_and_no_other()
    {
        var pair = new Pair();
        var (connecting, _, server) = pair.EstablishOpenly();
        var (other, otherServer) = pair.Establish();
        using var forger = new Forger(pair, connecting);
        var sent = 0;
        for (uint id = 2; server.End is null && sent < 10_000; id += 2, sent++)
        {
            pair.Inject(Pair.ClientAddress, forger.Seal(
                toServer: true, forger.Frame(Opcode.OpenStream, [], FrameFlags.Stream, id), forger.Frame(Opcode.CloseStream, [0, 0, 0], FrameFlags.Stream, id)));
        }

        Assert.InRange(sent, 2 * Limit, (2 * Limit) + Limit + 1);
        Assert.Equal("a stream beyond the limit", server.End!.Value.Detail);
        pair.Echo(other, otherServer);
    }

    [Fact]
    public void A_client_that_cancels_what_it_asked_for_now_and_then_does_not_notice()
    {
        var (client, server) = _pair.Establish();
        for (var i = 0; i < 2000; i++)
        {
            var stream = client.Open();
            stream.Send("question");
            _pair.Run(3000);
            stream.Abort(0);
        }

        _pair.Run(Pair.Second);
        Assert.Equal(2000, server.Streams.Count);
        Assert.Equal(0, _pair.Server.Counters.StreamAbortsHeldBack);
    }

    [Fact]
    public void A_session_that_is_closed_while_aborts_wait_ends_with_them()
    {
        var (client, server) = _pair.Establish();
        Until(_pair.Now + Pair.Second, () =>
        {
            while (client.TryOpen() is { } stream)
            {
                stream.Abort(0);
            }
        });
        server.Close();

        _pair.RunUntil(() => client.End is not null && server.End is not null, 5 * Pair.Second);
        Assert.Equal(SessionEndCause.ClosedLocally, server.End!.Value.Cause);
        _pair.EndAll();
    }

    private void Until(long end, Action act)
    {
        while (_pair.Now < end)
        {
            act();
            _pair.Run(1000);
        }
    }
}
