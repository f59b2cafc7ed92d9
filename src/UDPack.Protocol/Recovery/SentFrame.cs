using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Recovery;

/// <summary>What a sent datagram carried, as far as its acknowledgement or loss matters.</summary>
internal enum SentFrameKind : byte
{
    /// <summary>Bytes of a packet of a channel.</summary>
    Data,

    /// <summary>A packet of a stream was given up.</summary>
    Skip,

    /// <summary>An ack; the number is the largest it named.</summary>
    Ack,

    /// <summary>A stream's credit; the number is the limit.</summary>
    StreamCredit,

    /// <summary>The client's confirmation of the handshake.</summary>
    Confirmation,

    /// <summary>A blocked frame, of a stream or of the session.</summary>
    Blocked,

    /// <summary>A credit rise with the ping that made it ack-eliciting.</summary>
    CreditRise,

    /// <summary>An openstream.</summary>
    OpenStream,

    /// <summary>A streamopen.</summary>
    StreamOpen,

    /// <summary>A closestream, the end of a direction or an abort.</summary>
    CloseStream,

    /// <summary>A value; the number is its, the offset its key.</summary>
    Latest,

    /// <summary>A padded ping that tries a larger datagram; the length is its size, the number the round of a check, or 0.</summary>
    MtuProbe,
}

/// <summary>One such frame.</summary>
/// <param name="Owner">Who wrote it, and learns its fate.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Channel">The channel it is about.</param>
/// <param name="Number">See <paramref name="Kind"/>.</param>
/// <param name="Offset">Where in a packet its bytes lie.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct SentFrame(
    ISentFrameOwner Owner, SentFrameKind Kind, PacketChannel? Channel = null, long Number = 0, int Offset = 0, int Length = 0)
{
    /// <summary>What of a packet it carried; of <see cref="SentFrameKind.Data"/>.</summary>
    public PacketPiece Piece => new(Number, Offset, Length);
}
