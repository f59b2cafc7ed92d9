namespace UDPack.Hosting.Server;

/// <summary>The server's state, for the health check. A failure is final until the process ends.</summary>
internal sealed class ServerStatus
{
    private volatile ServerState _state;

    public ServerState State => _state;

    public void Advance(ServerState state)
    {
        if (_state != ServerState.Failed)
        {
            _state = state;
        }
    }
}
