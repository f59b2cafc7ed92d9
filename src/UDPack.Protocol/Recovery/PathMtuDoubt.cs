namespace UDPack.Protocol.Recovery;

/// <summary>
/// Whether the path still carries what it did (RFC 8899 §4.3, black hole detection). A loss says something only while nothing as large
/// that was sent later has arrived; what is smaller says nothing about it. Losses of several round trips in a row, and of padded pings
/// sent meanwhile to find out, are no accident: at 10 % of random loss, one in ten million.
/// </summary>
internal sealed class PathMtuDoubt
{
    private const int LossesToBlackHole = 4;
    private const int ChecksPerRound = 2;

    private readonly Loss[] _losses = new Loss[LossesToBlackHole];
    private int _count;
    private long _notedAt;
    private int _checksSent;
    private int _checksLost;
    private Loss _check;
    private long _checkSentAt;

    public bool IsRaised => _count > 0;

    /// <summary>Tells checks of one round from those of another, from 1.</summary>
    public int Round { get; private set; }

    /// <summary>The largest datagram that arrived and was sent after the first unrefuted loss; 0 if none.</summary>
    public int Carried { get; private set; }

    /// <summary>When a datagram of the size in doubt should be sent to find out; <see cref="long.MaxValue"/> while some are under way.</summary>
    public long CheckDueAt => IsRaised && _checksSent < ChecksPerRound ? _notedAt : long.MaxValue;

    /// <summary>A datagram is lost, and nothing as large that was sent later has arrived. True if the path no longer carries its size.</summary>
    public bool OnLost(long now, ulong sequence, long sentAt, int size)
    {
        if (IsRaised && sentAt < _notedAt)
        {
            // Of the same round trip as the last one: they may have one cause.
            ref var last = ref _losses[_count - 1];
            last = new Loss(Math.Max(last.Sequence, sequence), Math.Max(last.Size, size));
            return false;
        }

        if (!IsRaised)
        {
            Carried = 0;
            BeginRound();
        }

        _losses[_count++] = new Loss(sequence, size);
        _notedAt = now;
        if (_count < LossesToBlackHole)
        {
            return false;
        }

        _count = 0;
        return true;
    }

    /// <summary>What arrives refutes earlier losses of what is not larger.</summary>
    public void OnAcknowledged(ulong sequence, int size)
    {
        if (!IsRaised)
        {
            return;
        }

        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_losses[i].Size > size || _losses[i].Sequence > sequence)
            {
                _losses[kept++] = _losses[i];
            }
        }

        if (kept < _count)
        {
            _count = kept;
            Carried = 0;
            BeginRound();
        }

        if (IsRaised && sequence > _losses[0].Sequence)
        {
            Carried = Math.Max(Carried, size);
        }
    }

    public void OnCheckSent(long now, ulong sequence, int size)
    {
        _checksSent++;
        _check = new Loss(sequence, size);
        _checkSentAt = now;
    }

    /// <summary>A check is lost. True if the path no longer carries its size.</summary>
    public bool OnCheckLost(long now, int round)
    {
        if (!IsRaised || round != Round || ++_checksLost < ChecksPerRound)
        {
            return false;
        }

        BeginRound();
        return OnLost(now, _check.Sequence, _checkSentAt, _check.Size);
    }

    /// <summary>The path is another one.</summary>
    public void Forget() => _count = 0;

    private void BeginRound()
    {
        Round++;
        _checksSent = _checksLost = 0;
    }

    private readonly record struct Loss(ulong Sequence, int Size);
}
