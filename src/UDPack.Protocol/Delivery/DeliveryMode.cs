namespace UDPack;

/// <summary>How a stream delivers its packets. Chosen by the side that opens it, for both directions.</summary>
public enum DeliveryMode
{
    /// <summary>Every packet, once, in the order sent.</summary>
    Ordered = 0,

    /// <summary>Every packet, once, as soon as it is complete: a lost one holds up no other.</summary>
    Unordered = 1,

    /// <summary>In order, but a packet that is not delivered within the stream's deadline is given up, and the receiver is told which.</summary>
    Deadline = 2,
}
