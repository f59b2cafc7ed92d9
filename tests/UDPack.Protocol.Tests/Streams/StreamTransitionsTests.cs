using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Tests.Streams;

public sealed class StreamTransitionsTests
{
    [Fact]
    public void Every_transition_of_the_table_is_followed_and_nothing_else_changes_a_state()
    {
        foreach (var from in Enum.GetValues<SendState>())
        {
            foreach (var what in Enum.GetValues<SendEvent>())
            {
                var rows = StreamTransitions.Sending.Where(row => row.From == from && row.What == what).ToArray();
                Assert.True(rows.Length < 2, $"{from} and {what} lead to two states.");
                Assert.Equal(rows.Length == 1, StreamTransitions.TryGetNext(from, what, out var to));
                Assert.Equal(rows.Length == 1 ? rows[0].To : from, to);
            }
        }

        foreach (var from in Enum.GetValues<ReceiveState>())
        {
            foreach (var what in Enum.GetValues<ReceiveEvent>())
            {
                var rows = StreamTransitions.Receiving.Where(row => row.From == from && row.What == what).ToArray();
                Assert.True(rows.Length < 2, $"{from} and {what} lead to two states.");
                Assert.Equal(rows.Length == 1, StreamTransitions.TryGetNext(from, what, out var to));
                Assert.Equal(rows.Length == 1 ? rows[0].To : from, to);
            }
        }
    }

    [Fact]
    public void A_direction_that_is_closed_in_order_ends_finished()
    {
        Assert.Equal(SendState.Finished, After(SendEvent.Finish, SendEvent.EndWritten, SendEvent.EndAcknowledged, SendEvent.AllAcknowledged));
        Assert.Equal(ReceiveState.Finished, After(ReceiveEvent.End, ReceiveEvent.AllDelivered));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_abort_is_told_from_wherever_the_direction_is(int steps)
    {
        SendEvent[] closing = [SendEvent.Finish, SendEvent.EndWritten, SendEvent.EndAcknowledged, SendEvent.AllAcknowledged];
        Assert.Equal(SendState.Aborted, After([.. closing[..steps], SendEvent.Abort, SendEvent.AbortWritten, SendEvent.AbortAcknowledged]));
    }

    [Fact]
    public void The_acknowledgement_of_an_end_does_not_count_for_the_abort_that_followed_it() =>
        Assert.Equal(SendState.AbortSent, After(SendEvent.Finish, SendEvent.EndWritten, SendEvent.Abort, SendEvent.AbortWritten, SendEvent.EndAcknowledged));

    [Fact]
    public void What_was_aborted_stays_so()
    {
        foreach (var what in Enum.GetValues<SendEvent>())
        {
            Assert.False(StreamTransitions.TryGetNext(SendState.Aborted, what, out _));
        }

        foreach (var what in Enum.GetValues<ReceiveEvent>())
        {
            Assert.False(StreamTransitions.TryGetNext(ReceiveState.Aborted, what, out _));
        }
    }

    private static SendState After(params SendEvent[] events)
    {
        var state = SendState.Sending;
        foreach (var what in events)
        {
            StreamTransitions.TryGetNext(state, what, out state);
        }

        return state;
    }

    private static ReceiveState After(params ReceiveEvent[] events)
    {
        var state = ReceiveState.Receiving;
        foreach (var what in events)
        {
            StreamTransitions.TryGetNext(state, what, out state);
        }

        return state;
    }
}
