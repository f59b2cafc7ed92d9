using System.Runtime.InteropServices;
using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Handshake;

/// <summary>How many of something the addresses of each prefix have together; prefixes with none take no memory.</summary>
internal sealed class PrefixCounts(PrefixLengths lengths, TableHash hash)
{
    private readonly SeededDictionary<PeerAddress, int> _counts = new(hash);

    public int Of(in PeerAddress address) => _counts.GetValueOrDefault(lengths.PrefixOf(address));

    /// <summary>Whether two addresses are counted together.</summary>
    public bool AreOne(in PeerAddress one, in PeerAddress other) => lengths.PrefixOf(one) == lengths.PrefixOf(other);

    public void Add(in PeerAddress address, int change)
    {
        var prefix = lengths.PrefixOf(address);
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, prefix, out _);
        count += change;
        if (count == 0)
        {
            _counts.Remove(prefix);
        }
    }
}
