using UDPack.Hosting.Diagnostics;

namespace UDPack.Hosting;

/// <summary>What happened to a <see cref="UdpackConnection"/>.</summary>
/// <param name="Previous">The state before; the same as <paramref name="Current"/> when another attempt failed.</param>
/// <param name="Current">The state now.</param>
/// <param name="Session">The new session when it is connected, the lost one when it was.</param>
/// <param name="Error">Why an attempt failed or the session ended; null if nothing went wrong.</param>
/// <param name="NextDelay">How long until the next attempt, if one will be made; zero: it is made now.</param>
public sealed record UdpackConnectionStateChange(
    UdpackConnectionState Previous, UdpackConnectionState Current, UdpackSession? Session = null, Exception? Error = null, TimeSpan? NextDelay = null)
{
    /// <summary>What happened, in one line for logs.</summary>
    public override string ToString()
    {
        var session = Session is null ? "" : $", session {Session.Id:x8}";
        var next = NextDelay is { } delay ? $", next attempt {DurationText.In(delay)}" : "";
        var error = Error is null ? "" : $": {Error.Message}";
        return $"{Previous} -> {Current}{session}{next}{error}";
    }
}
