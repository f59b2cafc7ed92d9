using System.Runtime.InteropServices;

namespace UDPack.Protocol.Handshake;

/// <summary>How many of something each remote host has; hosts with none take no memory.</summary>
internal sealed class HostCounts
{
    private readonly Dictionary<PeerAddress, int> _counts = [];

    public int Of(in PeerAddress address) => _counts.GetValueOrDefault(address.Host);

    public void Add(in PeerAddress address, int change)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, address.Host, out _);
        count += change;
        if (count == 0)
        {
            _counts.Remove(address.Host);
        }
    }
}
