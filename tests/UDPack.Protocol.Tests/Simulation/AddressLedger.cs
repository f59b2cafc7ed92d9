namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Checks that the server sends to no address more than three times what came from it before it has proven to be there.</summary>
internal sealed class AddressLedger(Pair pair) : IPairObserver
{
    private readonly Dictionary<PeerAddress, (long Received, long Sent)> _counts = [];
    private readonly HashSet<PeerAddress> _proven = [];

    public long ReceivedFrom(PeerAddress address) => _counts.GetValueOrDefault(address).Received;

    public long SentTo(PeerAddress address) => _counts.GetValueOrDefault(address).Sent;

    public void OnProven(PeerAddress address) => _proven.Add(address);

    public void BeforeServerReceives(PeerAddress from, int length)
    {
        var (received, sent) = _counts.GetValueOrDefault(from);
        _counts[from] = (received + length, sent);
    }

    public void BeforeWrite(Endpoint endpoint)
    {
        foreach (var session in pair.ServerSessions)
        {
            _proven.Add(session.Session.RemoteAddress);
        }
    }

    public void AfterWrite(Endpoint endpoint, in Transmit transmit, ReadOnlySpan<byte> content)
    {
        if (endpoint == pair.Server)
        {
            OnSent(transmit.To, transmit.Length);
        }
    }

    public void AfterStep()
    {
    }

    public void OnSent(PeerAddress to, int length)
    {
        var (received, sent) = _counts.GetValueOrDefault(to);
        _counts[to] = (received, sent + length);
        Assert.True(_proven.Contains(to) || sent + length <= 3 * received, $"{to} sent {received} bytes and was sent {sent + length}.");
    }
}
