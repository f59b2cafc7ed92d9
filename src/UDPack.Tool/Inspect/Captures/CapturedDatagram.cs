using System.Net;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>One UDP datagram of a capture.</summary>
/// <param name="Number">The packet's number in the file, or the line's, from 1.</param>
/// <param name="Time">When it was captured; null if the capture does not say.</param>
/// <param name="Source">Who sent it; null in hex text.</param>
/// <param name="Destination">Who was to get it; null in hex text.</param>
/// <param name="Payload">The bytes that were captured.</param>
/// <param name="Length">The bytes that were sent.</param>
internal sealed record CapturedDatagram(
    long Number, DateTime? Time, IPEndPoint? Source, IPEndPoint? Destination, byte[] Payload, int Length)
{
    /// <summary>Whether the capture kept the beginning only.</summary>
    public bool IsCut => Payload.Length < Length;
}
