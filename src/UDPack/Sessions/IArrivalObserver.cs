namespace UDPack.Sessions;

/// <summary>Told of what waits for the application, so that nobody has to wait for it. Called on the loop: must be quick and not throw.</summary>
internal interface IArrivalObserver
{
    /// <summary>A stream waits to be accepted.</summary>
    void OnStreamWaits();

    /// <summary>An unreliable message or a value waits to be received.</summary>
    void OnMessageWaits();
}
