namespace UDPack.Protocol.Streams;

/// <summary>How far this side's direction of a stream is; RFC 9000 §3.1 has the like.</summary>
internal enum SendState : byte
{
    /// <summary>The application may send. (RFC 9000: Send.)</summary>
    Sending,

    /// <summary>The application sends nothing more, and the peer is to be told when all is on its way.</summary>
    Finishing,

    /// <summary>The peer is told what the last packet is. (Data Sent.)</summary>
    EndSent,

    /// <summary>The peer knows that, and has not got all before it.</summary>
    EndAcknowledged,

    /// <summary>The peer has everything. (Data Recvd.)</summary>
    Finished,

    /// <summary>Given up, here or by the peer; the peer is to be told.</summary>
    AbortDue,

    /// <summary>The peer is told. (Reset Sent.)</summary>
    AbortSent,

    /// <summary>The peer knows. (Reset Recvd.)</summary>
    Aborted,
}

/// <summary>How far the peer's direction of a stream is; RFC 9000 §3.2 has the like.</summary>
internal enum ReceiveState : byte
{
    /// <summary>Packets may come. (RFC 9000: Recv.)</summary>
    Receiving,

    /// <summary>The last packet is known. (Size Known.)</summary>
    EndKnown,

    /// <summary>Everything was handed over. (Data Read.)</summary>
    Finished,

    /// <summary>The peer gave the stream up. (Reset Recvd.)</summary>
    Aborted,
}

/// <summary>What can happen to this side's direction.</summary>
internal enum SendEvent : byte
{
    /// <summary>The application closes it.</summary>
    Finish,

    /// <summary>A closestream with the last packet's number was written.</summary>
    EndWritten,

    /// <summary>It was acknowledged.</summary>
    EndAcknowledged,

    /// <summary>Every packet was acknowledged, or given up with the peer knowing.</summary>
    AllAcknowledged,

    /// <summary>One of the two sides gives the stream up.</summary>
    Abort,

    /// <summary>A closestream with a code was written.</summary>
    AbortWritten,

    /// <summary>It was acknowledged.</summary>
    AbortAcknowledged,
}

/// <summary>What can happen to the peer's direction.</summary>
internal enum ReceiveEvent : byte
{
    /// <summary>The number of the last packet arrived.</summary>
    End,

    /// <summary>Every packet up to it was handed over.</summary>
    AllDelivered,

    /// <summary>The peer gave the stream up.</summary>
    Abort,
}
