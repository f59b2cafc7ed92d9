namespace UDPack.Testing;

/// <summary>One arrival of a datagram.</summary>
/// <param name="At">When it arrives, in microseconds of the clock given to <see cref="SimulatedLink.Send"/>.</param>
/// <param name="FlippedBit">The bit that arrives wrong, counted from the first byte's lowest; -1 for none.</param>
public readonly record struct LinkDelivery(long At, int FlippedBit)
{
    /// <summary>Does to the bytes what the link did to them.</summary>
    public void Damage(Span<byte> datagram)
    {
        if (FlippedBit >= 0)
        {
            datagram[FlippedBit >> 3] ^= (byte)(1 << (FlippedBit & 7));
        }
    }
}
