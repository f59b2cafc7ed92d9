using UDPack.Protocol;

namespace UDPack.Testing.Links;

/// <summary>The links between hosts, made when first used; a link's chances depend on the seed and its ends only. Not thread-safe.</summary>
internal sealed class LinkTable(ulong seed)
{
    private readonly Dictionary<(PeerAddress From, PeerAddress To), SimulatedLink> _links = [];
    private readonly Dictionary<(PeerAddress From, PeerAddress To), LinkConditions> _own = [];
    private LinkConditions _common = LinkConditions.Lossless;
    private long _blackholeUntil = long.MinValue;

    /// <summary>Of all links without conditions of their own.</summary>
    public LinkConditions Common
    {
        get => _common;
        set
        {
            _common = value;
            foreach (var (ends, link) in _links)
            {
                link.Conditions = _own.GetValueOrDefault(ends, value);
            }
        }
    }

    public SimulatedLink Get(in PeerAddress source, in PeerAddress destination)
    {
        var ends = (source with { Port = 0 }, destination with { Port = 0 });
        if (_links.TryGetValue(ends, out var link))
        {
            return link;
        }

        link = new SimulatedLink(_own.GetValueOrDefault(ends, _common), (long)SeedOf(ends));
        link.BlackholeUntil(_blackholeUntil);
        _links.Add(ends, link);
        return link;
    }

    public void Set(in PeerAddress from, in PeerAddress to, LinkConditions? conditions)
    {
        if (conditions is null)
        {
            _own.Remove((from, to));
        }
        else
        {
            _own[(from, to)] = conditions;
        }

        Get(from, to).Conditions = conditions ?? _common;
    }

    public void BlackholeAllUntil(long until)
    {
        _blackholeUntil = until;
        foreach (var link in _links.Values)
        {
            link.BlackholeUntil(until);
        }
    }

    public LinkStatistics Total()
    {
        var total = default(LinkStatistics);
        foreach (var link in _links.Values)
        {
            total += link.Statistics;
        }

        return total;
    }

    private ulong SeedOf(in (PeerAddress From, PeerAddress To) ends)
    {
        var mixed = SeededRandom.Mix(seed);
        foreach (var part in (ReadOnlySpan<ulong>)[ends.From.High, ends.From.Low, ends.To.High, ends.To.Low])
        {
            mixed = SeededRandom.Mix(mixed + part);
        }

        return mixed;
    }
}
