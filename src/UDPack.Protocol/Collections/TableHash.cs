using System.Buffers.Binary;
using System.Numerics;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Collections;

/// <summary>
/// Hashes keys that a stranger or a peer chooses, under a secret of the endpoint's: SipHash-1-3. Who does not know the secret
/// cannot choose keys that fall into one bucket, and so cannot turn a table into a list that every look-up walks along.
/// </summary>
internal sealed class TableHash :
    IEqualityComparer<uint>,
    IEqualityComparer<PeerAddress>,
    IEqualityComparer<(ushort ClientId, PayloadHash Hash)>
{
    private readonly ulong _k0;
    private readonly ulong _k1;

    public TableHash(Entropy entropy)
    {
        Span<byte> key = stackalloc byte[2 * sizeof(ulong)];
        entropy.Fill(key);
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);
    }

    public bool Equals(uint x, uint y) => x == y;

    public bool Equals(PeerAddress x, PeerAddress y) => x == y;

    public bool Equals((ushort ClientId, PayloadHash Hash) x, (ushort ClientId, PayloadHash Hash) y) => x == y;

    public int GetHashCode(uint key)
    {
        var sip = new Sip(_k0, _k1);
        return sip.Finish(key);
    }

    public int GetHashCode(PeerAddress key)
    {
        var sip = new Sip(_k0, _k1);
        sip.Add(key.High);
        sip.Add(key.Low);
        return sip.Finish(((ulong)key.ScopeId << 16) | key.Port);
    }

    public int GetHashCode((ushort ClientId, PayloadHash Hash) key)
    {
        // Half of a SHA-256 tells payloads apart; two that share that half are nobody's to find.
        var sip = new Sip(_k0, _k1);
        sip.Add(key.ClientId);
        sip.Add(key.Hash.A);
        return sip.Finish(key.Hash.B);
    }

    private struct Sip(ulong k0, ulong k1)
    {
        private ulong _v0 = k0 ^ 0x736F_6D65_7073_6575;
        private ulong _v1 = k1 ^ 0x646F_7261_6E64_6F6D;
        private ulong _v2 = k0 ^ 0x6C79_6765_6E65_7261;
        private ulong _v3 = k1 ^ 0x7465_6462_7974_6573;

        public void Add(ulong word)
        {
            _v3 ^= word;
            Round();
            _v0 ^= word;
        }

        // Without the length that SipHash ends with: all keys of a table have as many words.
        public int Finish(ulong last)
        {
            Add(last);
            _v2 ^= 0xFF;
            Round();
            Round();
            Round();
            var hash = _v0 ^ _v1 ^ _v2 ^ _v3;
            return (int)(hash ^ (hash >> 32));
        }

        private void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
