namespace UDPack.Tool.Connections;

/// <summary>The one place where the library's options are made of the command line's, for all commands.</summary>
internal static class ConnectionOptions
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    public static UdpackClientOptions Of(ClientConnection connection)
    {
        var (attempts, interval) = Retries(connection.ConnectTimeout);
        return new UdpackClientOptions
        {
            RemoteEndPoint = connection.Server,
            ServerPublicKey = connection.ServerPublicKey,
            Token = connection.Shared.Token,
            MaxAttempts = attempts,
            RetryInterval = interval,
            KeyLog = connection.Shared.KeyLog,
            Network = connection.Network,
        };
    }

    /// <param name="binding">Where to listen.</param>
    /// <param name="refused">Told of each client whose token was refused.</param>
    public static UdpackListenerOptions Of(ServerBinding binding, Action<System.Net.IPEndPoint>? refused = null) => new()
    {
        LocalEndPoint = binding.Listen,
        Keys = new StaticKeyStore(new ServerKeyRing(binding.Key)),
        TokenValidator = new SharedToken(binding.Shared.Token, refused),
        KeyLog = binding.Shared.KeyLog,
        Network = binding.Network,
    };

    /// <summary>The retries that end with the timeout; intervals double.</summary>
    private static (int Attempts, TimeSpan Interval) Retries(TimeSpan timeout)
    {
        var attempts = 1;
        while (RetryInterval * ((1 << attempts) - 1) < timeout)
        {
            attempts++;
        }

        return (attempts, timeout / ((1 << attempts) - 1));
    }
}
