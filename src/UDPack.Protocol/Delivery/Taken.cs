namespace UDPack.Protocol.Delivery;

/// <summary>Packets that the application took: what they count against credit, and what they held.</summary>
internal readonly record struct Taken(long Cost, long Memory)
{
    public static Taken Of(PacketBuffer packet) => new(Delivery.Cost.Of(packet.Length), packet.Memory);

    public static Taken operator +(in Taken one, in Taken other) => new(one.Cost + other.Cost, one.Memory + other.Memory);
}
