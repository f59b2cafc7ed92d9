namespace UDPack.Protocol.Recovery;

/// <summary>
/// How long a sender waits for an answer before it probes. Each probe timeout in a row doubles it (RFC 9002 §6.2.1), up to a
/// time and not up to a factor: a path that was dead for a while is used again soon after it is back, and before the idle
/// timeout, whatever its round trip.
/// </summary>
internal struct ProbeBackoff
{
    /// <summary>
    /// So often a sender whose path seems dead asks whether it is back: after it is, that and two long round trips, in which what was lost is
    /// found and sent again, make 2.5 s. Two datagrams in this time congest no path.
    /// </summary>
    private const long UsualLongest = 1_250_000;

    /// <summary>
    /// Where an answer takes longer than that, its probe timeout decides, up to this: one datagram that the path held for minutes makes a probe
    /// timeout of minutes.
    /// </summary>
    public const long Longest = 2_000_000;

    /// <summary>Or once in this part of the time that passed in vain, so that a session which waits for hours costs ever less.</summary>
    private const int PartOfSilence = 64;

    /// <summary>Keeps the shift within 64 bits; the time bounds it long before.</summary>
    private const int MostDoublings = 20;

    private int _inRow;
    private long _firstAt;
    private long _lastAt;

    /// <summary>From the last ack-eliciting datagram to the next probe.</summary>
    public readonly long Wait(long probeTimeout)
    {
        if (_inRow == 0)
        {
            return Math.Min(probeTimeout, Longest);
        }

        var longest = Math.Max(Math.Clamp(probeTimeout, UsualLongest, Longest), (_lastAt - _firstAt) / PartOfSilence);
        return Math.Min(probeTimeout << Math.Min(_inRow, MostDoublings), longest);
    }

    /// <summary>A probe timeout ended without an answer.</summary>
    public void OnTimeout(long now)
    {
        _firstAt = _inRow++ == 0 ? now : _firstAt;
        _lastAt = now;
    }

    /// <summary>Something was acknowledged, or the path is another one.</summary>
    public void Reset() => _inRow = 0;
}
