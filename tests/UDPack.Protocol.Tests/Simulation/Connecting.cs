using System.Security.Cryptography;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>A client's attempt to connect, and what came of it.</summary>
internal sealed class Connecting(Pair pair) : IConnectEvents
{
    public ClientHandshake Handshake { get; set; } = null!;

    public PreparedShakehand Shakehand { get; set; } = null!;

    /// <summary>Copies of what the client forgets once it is connected.</summary>
    public byte[] KeyAndIv { get; set; } = [];

    public ECParameters Share { get; set; }

    public AppSide? Session { get; private set; }

    public ConnectFailure? Failure { get; private set; }

    public List<HandshakeStep> Steps { get; } = [];

    public List<(long At, ConnectHint Hint)> Troubles { get; } = [];

    public bool ObservesHandshakes => true;

    public void OnConnected(long now, Session session)
    {
        Assert.Null(Session);
        Assert.Null(Failure);
        Session = new AppSide(pair, session);
        session.Events = Session;
        pair.WhenReady?.Invoke(session, false);
    }

    public void OnFailed(in ConnectFailure failure)
    {
        Assert.Null(Session);
        Assert.Null(Failure);
        Failure = failure;
    }

    public void OnHandshakeStep(in HandshakeStep step) => Steps.Add(step);

    public void OnTrouble(ConnectHint hint) => Troubles.Add((pair.Now, hint));
}
