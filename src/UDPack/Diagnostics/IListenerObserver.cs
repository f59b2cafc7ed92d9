namespace UDPack.Diagnostics;

/// <summary>Who measures a listener. Called on its loop: must be quick and must not throw.</summary>
internal interface IListenerObserver
{
    void OnHandshakeEnded(string result, TimeSpan duration);

    /// <param name="session">The session, with its close reason and its last figures.</param>
    /// <param name="lifetime">Since it was READY.</param>
    void OnSessionEnded(UdpackSession session, TimeSpan lifetime);
}
