namespace UDPack.Hosting;

/// <summary>What an <see cref="IUdpackReconnectPolicy"/> knows of the outage.</summary>
/// <param name="PreviousAttempts">Retries made already since the session was lost, or since the very first connect failed; 0 when first asked. Sessions that were lost within Reconnect:MaxDelayWhenRefused of another loss count, too: so a server that ends every session at once is asked less and less often.</param>
/// <param name="Elapsed">How long the client has been without a session: since it was lost, or since the client started.</param>
/// <param name="LastError">Why the last attempt failed, or the session ended.</param>
public sealed record UdpackReconnectContext(long PreviousAttempts, TimeSpan Elapsed, Exception? LastError);
