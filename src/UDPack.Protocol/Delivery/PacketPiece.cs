namespace UDPack.Protocol.Delivery;

/// <summary>A run of bytes of one packet: what a data frame carries.</summary>
internal readonly record struct PacketPiece(long Number, int Offset, int Length);
