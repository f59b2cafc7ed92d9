namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>What a connection does with each message that arrives: on one channel in order, one at a time.</summary>
internal delegate ValueTask MessageHandler(int channel, ReadOnlyMemory<byte> message);

/// <summary>
/// One connection as the measurements use it: reliable messages on numbered channels. Channels are as independent as the
/// transport makes them; a transport that knows only one order carries them all in it.
/// </summary>
internal interface IMessageConnection : IAsyncDisposable
{
    /// <summary>Segments or datagrams sent again or given up as lost since the start; null where the transport does not tell.</summary>
    long? Retransmits { get; }

    /// <summary>Sends a message; completes when the transport has taken it, and waits while it takes no more.</summary>
    /// <param name="channel">0 to <see cref="Channels.Count"/> - 1.</param>
    /// <param name="message">The message, free again when the task has completed.</param>
    /// <param name="more">Another message follows at once, so that this one may wait for it.</param>
    ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false);
}
