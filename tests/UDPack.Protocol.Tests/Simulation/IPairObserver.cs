namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Sees what passes in a <see cref="Pair"/>, for what must hold at every step.</summary>
internal interface IPairObserver
{
    void BeforeServerReceives(PeerAddress from, int length);

    /// <summary>The endpoint may write a datagram next.</summary>
    void BeforeWrite(Endpoint endpoint);

    /// <summary>It did.</summary>
    void AfterWrite(Endpoint endpoint, in Transmit transmit, ReadOnlySpan<byte> content);

    /// <summary>Everything due at this time was done.</summary>
    void AfterStep();
}
