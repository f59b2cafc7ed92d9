namespace UDPack.Protocol.Frames;

/// <summary>A run of acknowledged sequence numbers, both ends included.</summary>
internal record struct AckRange(ulong Smallest, ulong Largest);
