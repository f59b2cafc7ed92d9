using System.Collections.Frozen;
using System.Net;

namespace UDPack.Hosting.Server;

/// <summary>What can be known of the server from outside, at any time; it owns nothing. A failure is final until the process ends.</summary>
internal sealed class ServerStatus : IUdpackServer
{
    private volatile ServerState _state;
    private volatile BoundEndpoint[] _bound = [];
    private volatile FrozenDictionary<string, IPEndPoint> _endPoints = FrozenDictionary<string, IPEndPoint>.Empty;

    public ServerState State => _state;

    public IReadOnlyList<BoundEndpoint> Bound => _bound;

    public IReadOnlyDictionary<string, IPEndPoint> Endpoints => _endPoints;

    public IEnumerable<UdpackSession> Sessions => _bound.SelectMany(static endpoint => endpoint.Listener.Sessions);

    public IEnumerable<UdpackSession> GetSessions(string endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var bound = _bound;
        return Array.Find(bound, one => one.Name.Equals(endpoint, StringComparison.OrdinalIgnoreCase)) is { } found ? found.Listener.Sessions
            : bound.Length == 0 ? []
            : throw new ArgumentException(
                $"There is no endpoint '{endpoint}'. The endpoints are: {string.Join(", ", bound.Select(static one => one.Name))}.", nameof(endpoint));
    }

    public void Advance(ServerState state)
    {
        if (_state != ServerState.Failed)
        {
            _state = state;
        }
    }

    public void SetBound(BoundEndpoint[] bound)
    {
        _endPoints = bound.ToFrozenDictionary(endpoint => endpoint.Name, endpoint => endpoint.Listener.LocalEndPoint, StringComparer.OrdinalIgnoreCase);
        _bound = bound;
    }
}
