namespace UDPack.Hosting.Clients;

/// <summary>A time without a session that lasted, and what was tried against it.</summary>
internal sealed class Outage(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private long _retries;

    /// <summary>Whether nothing had to be tried so far.</summary>
    public bool IsNew => _retries == 0;

    /// <summary>What the policy is asked with; each time counts as one more retry.</summary>
    public UdpackReconnectContext Next(Exception? error) => new(_retries++, time.GetElapsedTime(_began), error);
}
