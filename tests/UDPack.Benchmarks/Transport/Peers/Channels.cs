namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>What the channels of a connection are used for.</summary>
internal static class Channels
{
    /// <summary>From client to server; the server verifies and counts.</summary>
    public const int Bulk = 0;

    /// <summary>The first of those whose messages the server sends back.</summary>
    public const int FirstEcho = 1;

    public const int EchoCount = 8;

    public const int Count = FirstEcho + EchoCount;
}
