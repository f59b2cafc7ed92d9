namespace UDPack.Clients;

/// <summary>The rules of a client's options.</summary>
internal static class ClientSettings
{
    public static void Validate(UdpackClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.RemoteEndPoint);
        ArgumentNullException.ThrowIfNull(options.ServerPublicKey);
        ArgumentNullException.ThrowIfNull(options.Ciphers);
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryInterval, TimeSpan.FromMilliseconds(1));
        if (options.KeepAliveInterval is { } interval)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        }

        if (!options.Ciphers.IsSupported(options.Algorithm))
        {
            throw new ArgumentException($"Algorithm {options.Algorithm} is not supported on this platform.", nameof(options));
        }

        SessionSettings.Validate(options.Session);
    }
}
