namespace UDPack.Benchmarks.Transport.Places;

/// <summary>Whether the emulated link kept up.</summary>
/// <param name="LateP99Micros">How late 99 % of the packets were at most, beyond the delay asked for; the worse direction.</param>
/// <param name="Overrun">Packets lost because the emulator was not called in time; a measurement with any is not valid.</param>
internal sealed record LinkHealth(long LateP99Micros, long Overrun);
