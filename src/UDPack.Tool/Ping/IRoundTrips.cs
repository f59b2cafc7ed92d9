namespace UDPack.Tool.Ping;

/// <summary>A way to measure round trips of a session.</summary>
internal interface IRoundTrips
{
    /// <summary>Makes the next round trip.</summary>
    /// <returns>How long it took; null if no answer came in time.</returns>
    /// <exception cref="UdpackException">The session has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    ValueTask<TimeSpan?> NextAsync(CancellationToken cancellationToken);
}
