namespace UDPack.Hosting.Server;

/// <summary>Where the server is in its life.</summary>
internal enum ServerState
{
    NotStarted,
    Bound,
    Running,
    Draining,
    Stopped,
    Failed,
}
