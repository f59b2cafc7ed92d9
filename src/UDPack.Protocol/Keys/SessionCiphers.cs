using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Keys;

/// <summary>
/// Seals and opens the datagrams of a session: numbers those it seals, leaves a number out now and then, changes the keys of its direction in time, and
/// gives the AEAD objects back when they rest. Not thread-safe.
/// </summary>
/// <param name="sealer">This side's direction; owned.</param>
/// <param name="opener">The peer's direction; owned.</param>
/// <param name="algorithm">What both seal with.</param>
/// <param name="updateAfter">How many datagrams a key seals before the next one is due.</param>
/// <param name="restAfter">After how many microseconds without a datagram the AEAD objects are given back.</param>
/// <param name="now">Microseconds, as all times.</param>
internal sealed class SessionCiphers(DatagramSealer sealer, DatagramOpener opener, CipherAlgorithm algorithm, ulong updateAfter, long restAfter, long now)
{
    /// <summary>Between two numbers that are left out lie at random 1 to so many that are not; none is among a session's first ones.</summary>
    private const int SkipStep = 2048;
    private const ulong FirstSkip = 256;

    /// <summary>How long late datagrams of the keys before are opened, in probe timeouts.</summary>
    private const int ProbeTimeoutsForPrevious = 3;

    private bool _isHeld = true;
    private long _lastUse = now;
    private long _dropPreviousAt = long.MaxValue;
    private ulong _nextSkip = FirstSkip;
    private LeftOutNumbers _leftOut;

    /// <summary>The number that the next datagram gets.</summary>
    public ulong NextSequence => sealer.NextSequence;

    /// <summary>The largest number that was opened.</summary>
    public ulong LargestReceived => opener.LargestSequence;

    /// <summary>The key generation of this direction, from 0.</summary>
    public uint Generation => sealer.Generation;

    /// <summary>The first number that the present keys sealed.</summary>
    public ulong GenerationStart { get; private set; }

    /// <summary>How many datagrams the present keys sealed.</summary>
    public ulong SealedInGeneration => sealer.SealedInGeneration;

    /// <summary>Enough was sealed with the present keys.</summary>
    public bool IsUpdateDue => sealer.SealedInGeneration >= updateAfter;

    /// <summary>As much again was sealed as should have been: no peer that lives acknowledges nothing of that.</summary>
    public bool IsOverdue => sealer.SealedInGeneration >= 2 * updateAfter;

    /// <summary>So many datagrams did not verify that the peer's keys are not safe any more (RFC 9001 §6.6).</summary>
    public bool FailedTooOften => opener.FailedOpens >= CipherAlgorithms.IntegrityLimit(algorithm);

    /// <summary>Whether a number is to be left out before the next one: see <see cref="LeaveOut"/>.</summary>
    public bool IsSkipDue => sealer.NextSequence >= _nextSkip;

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public long Deadline => Math.Min(_dropPreviousAt, _isHeld ? _lastUse + restAfter : long.MaxValue);

    /// <summary>Verifies a datagram and decrypts it in place, as <see cref="DatagramOpener.TryOpen"/>.</summary>
    public OpenResult TryOpen(long now, Span<byte> datagram, int clearLength, long probeTimeout, out ulong sequence, out Span<byte> opened)
    {
        var result = opener.TryOpen(datagram, clearLength, out sequence, out opened);
        if (result == OpenResult.Ok)
        {
            (_isHeld, _lastUse) = (true, now);
            if (opener.AdvancedGeneration)
            {
                _dropPreviousAt = now + (ProbeTimeoutsForPrevious * probeTimeout);
            }
        }

        return result;
    }

    /// <summary>A datagram did not verify. True if an AEAD was made for nothing, so that the timer that gives it back must be armed.</summary>
    public bool OnFailed(long now)
    {
        if (_isHeld)
        {
            return false;
        }

        (_isHeld, _lastUse) = (true, now);
        return true;
    }

    /// <summary>Encrypts a datagram in place and numbers it, as <see cref="DatagramSealer.Seal"/>.</summary>
    public int Seal(long now, Span<byte> datagram, int clearLength, int length)
    {
        (_isHeld, _lastUse) = (true, now);
        return sealer.Seal(datagram, clearLength, length);
    }

    /// <summary>
    /// Leaves a number out: an ack of it gives away a peer that acknowledges what it did not receive (RFC 9000 §21.4). The first time only the number is
    /// drawn, so that short sessions need no more randomness.
    /// </summary>
    /// <param name="oldestAwaited">No datagram before this number is awaited any more.</param>
    /// <param name="random">Says which number is the next.</param>
    public void LeaveOut(ulong oldestAwaited, ulong random)
    {
        if (_nextSkip != FirstSkip)
        {
            _leftOut.ForgetBefore(oldestAwaited);
            _leftOut.Add(sealer.NextSequence);
            sealer.SkipSequence();
        }

        _nextSkip = sealer.NextSequence + 1 + (random % SkipStep);
    }

    /// <summary>Whether an ack names a number that was left out.</summary>
    public bool AreLeftOutNamedBy(in AckFrameReader ack) => _leftOut.AreNamedBy(ack);

    /// <summary>Moves this direction to the next keys.</summary>
    public void Update()
    {
        sealer.AdvanceGeneration();
        GenerationStart = sealer.NextSequence;
    }

    /// <summary>True when the AEAD objects were given back: a good moment for others to give memory back.</summary>
    public bool OnTimer(long now)
    {
        if (now >= _dropPreviousAt)
        {
            _dropPreviousAt = long.MaxValue;
            opener.DropPreviousGeneration();
        }

        if (!_isHeld || now < _lastUse + restAfter)
        {
            return false;
        }

        _isHeld = false;
        sealer.ReleaseCipher();
        opener.ReleaseCipher();
        return true;
    }

    /// <summary>Zeroes all keys.</summary>
    public void Clear()
    {
        sealer.Dispose();
        opener.Dispose();
    }
}
