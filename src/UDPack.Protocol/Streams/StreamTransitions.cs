namespace UDPack.Protocol.Streams;

/// <summary>Which state of a stream's direction follows which. What is not in the table changes nothing: frames come late, twice and out of order.</summary>
internal static class StreamTransitions
{
    private const int Events = 8;
    private const byte None = byte.MaxValue;

    /// <summary>Of this side's direction.</summary>
    public static readonly (SendState From, SendEvent What, SendState To)[] Sending =
    [
        (SendState.Sending, SendEvent.Finish, SendState.Finishing),
        (SendState.Finishing, SendEvent.EndWritten, SendState.EndSent),
        (SendState.EndSent, SendEvent.EndAcknowledged, SendState.EndAcknowledged),
        (SendState.EndAcknowledged, SendEvent.AllAcknowledged, SendState.Finished),
        (SendState.Sending, SendEvent.Abort, SendState.AbortDue),
        (SendState.Finishing, SendEvent.Abort, SendState.AbortDue),
        (SendState.EndSent, SendEvent.Abort, SendState.AbortDue),
        (SendState.EndAcknowledged, SendEvent.Abort, SendState.AbortDue),

        // All is said and arrived, and the peer goes on sending what nobody wants.
        (SendState.Finished, SendEvent.Abort, SendState.AbortDue),
        (SendState.AbortDue, SendEvent.AbortWritten, SendState.AbortSent),
        (SendState.AbortSent, SendEvent.AbortAcknowledged, SendState.Aborted),
    ];

    /// <summary>Of the peer's direction.</summary>
    public static readonly (ReceiveState From, ReceiveEvent What, ReceiveState To)[] Receiving =
    [
        (ReceiveState.Receiving, ReceiveEvent.End, ReceiveState.EndKnown),
        (ReceiveState.EndKnown, ReceiveEvent.AllDelivered, ReceiveState.Finished),
        (ReceiveState.Receiving, ReceiveEvent.Abort, ReceiveState.Aborted),
        (ReceiveState.EndKnown, ReceiveEvent.Abort, ReceiveState.Aborted),

        // It has sent all, and wants nothing more of this side.
        (ReceiveState.Finished, ReceiveEvent.Abort, ReceiveState.Aborted),
    ];

    private static readonly byte[] SendTable = TableOf(Sending.Select(static t => ((int)t.From, (int)t.What, (byte)t.To)));
    private static readonly byte[] ReceiveTable = TableOf(Receiving.Select(static t => ((int)t.From, (int)t.What, (byte)t.To)));

    /// <summary>The state that follows; the same one, and false, if none does.</summary>
    public static bool TryGetNext(SendState from, SendEvent what, out SendState to)
    {
        var next = SendTable[((int)from * Events) + (int)what];
        to = next == None ? from : (SendState)next;
        return next != None;
    }

    /// <inheritdoc cref="TryGetNext(SendState, SendEvent, out SendState)"/>
    public static bool TryGetNext(ReceiveState from, ReceiveEvent what, out ReceiveState to)
    {
        var next = ReceiveTable[((int)from * Events) + (int)what];
        to = next == None ? from : (ReceiveState)next;
        return next != None;
    }

    private static byte[] TableOf(IEnumerable<(int From, int What, byte To)> transitions)
    {
        var table = new byte[Events * Events];
        table.AsSpan().Fill(None);
        foreach (var (from, what, to) in transitions)
        {
            table[(from * Events) + what] = to;
        }

        return table;
    }
}
