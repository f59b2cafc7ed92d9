namespace UDPack.Testing;

/// <summary>What a link does with one datagram.</summary>
/// <param name="Fate">Whether it arrives, or why not.</param>
/// <param name="Copies">How often it arrives: 0, 1 or 2.</param>
/// <param name="First">The first arrival, if there is one.</param>
/// <param name="Second">The second arrival, if there is one.</param>
public readonly record struct LinkVerdict(DatagramFate Fate, int Copies, LinkDelivery First, LinkDelivery Second);
