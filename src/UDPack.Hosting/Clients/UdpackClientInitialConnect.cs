namespace UDPack.Hosting;

/// <summary>What a failed first connect means to the host.</summary>
public enum UdpackClientInitialConnect
{
    /// <summary>The host starts, and the client goes on trying.</summary>
    RetryInBackground,

    /// <summary>The host waits for the first connect, and its start fails with the connect's error.</summary>
    Throw,
}
