using UDPack.Protocol.Collections;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// Numbers that a sender left out. An ack of one gives away a peer that acknowledges what it did not receive (RFC 9000 §21.4). All that lie among
/// datagrams still awaited are kept: a peer that acknowledges late must not get past the older ones.
/// </summary>
internal struct LeftOutNumbers
{
    private const int Most = 64;

    private RingQueue<ulong> _numbers;

    public void Add(ulong number)
    {
        if (_numbers.Count == Most)
        {
            _numbers.DropHead();
        }

        _numbers.Enqueue(number);
    }

    /// <summary>Nothing before this number is awaited any more; the newest one is kept all the same.</summary>
    public void ForgetBefore(ulong oldest)
    {
        while (_numbers.Count > 1 && _numbers[0] < oldest)
        {
            _numbers.DropHead();
        }
    }

    /// <summary>Whether an ack names one; its ranges come from the largest down.</summary>
    public readonly bool AreNamedBy(AckFrameReader ack)
    {
        var i = _numbers.Count - 1;
        while (i >= 0 && ack.Largest >= _numbers[0] && ack.TryNext(out var smallest, out var largest))
        {
            while (i >= 0 && _numbers[i] > largest)
            {
                i--;
            }

            if (i >= 0 && _numbers[i] >= smallest)
            {
                return true;
            }
        }

        return false;
    }
}
