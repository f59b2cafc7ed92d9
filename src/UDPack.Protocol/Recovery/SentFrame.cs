namespace UDPack.Protocol.Recovery;

/// <summary>What a sent datagram carried, as far as its acknowledgement or loss matters.</summary>
internal enum SentFrameKind : byte
{
    /// <summary>A whole packet; the value is its number.</summary>
    Packet,

    /// <summary>An ack; the value is the largest number it named.</summary>
    Ack,

    /// <summary>The client's confirmation of the handshake.</summary>
    Confirmation,

    /// <summary>A blocked frame.</summary>
    Blocked,

    /// <summary>A credit rise with the ping that made it ack-eliciting.</summary>
    CreditRise,
}

/// <summary>One such frame.</summary>
internal readonly record struct SentFrame(SentFrameKind Kind, ulong Value);
