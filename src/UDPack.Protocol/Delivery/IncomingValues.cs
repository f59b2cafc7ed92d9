using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Tells the newer values of each key from older ones, by the numbers of the datagrams they came in: a sender never puts an older value into a later
/// datagram. Remembers the keys that were heard of last. Of those it has forgotten it knows in which datagram they came at the latest; what
/// came in no later one is not taken, so that it comes again in a later one.
/// </summary>
internal sealed class IncomingValues(TableHash hash)
{
    /// <summary>At least so many keys are remembered, at most twice as many.</summary>
    public const int Remembered = OutgoingValues.MaxKeys;

    /// <summary>So many are worth less memory than a value given twice.</summary>
    public const int RememberedAtRest = 64;

    private SeededDictionary<uint, Newest>? _recent;
    private SeededDictionary<uint, Newest>? _older;
    private ulong _newestOfRecent;
    private ulong _newestOfOlder;
    private ulong? _forgottenUpTo;

    /// <summary>How many keys are remembered.</summary>
    public int Count => (_recent?.Count ?? 0) + (_older?.Count ?? 0);

    /// <param name="key">The key.</param>
    /// <param name="number">The sender's number of the value; the same whenever it is sent again.</param>
    /// <param name="sequence">The number of the datagram that carries it.</param>
    public ValueNews Judge(uint key, uint number, ulong sequence)
    {
        if ((_recent is null || !_recent.TryGetValue(key, out var newest)) && (_older is null || !_older.TryGetValue(key, out newest)))
        {
            return sequence <= _forgottenUpTo ? ValueNews.Unclear : ValueNews.New;
        }

        return sequence > newest.Sequence && number != newest.Number ? ValueNews.New : ValueNews.Old;
    }

    /// <summary>Notes a value that was taken.</summary>
    public void Accept(uint key, uint number, ulong sequence)
    {
        if (_recent?.Count >= Remembered)
        {
            ForgetOlder();
            (_older, _newestOfOlder) = (_recent, _newestOfRecent);
            _recent = null;
            _newestOfRecent = 0;
        }

        (_recent ??= new(hash))[key] = new Newest(number, sequence);
        _newestOfRecent = Math.Max(_newestOfRecent, sequence);
    }

    /// <summary>
    /// Forgets all keys if they are many, as a session at rest should hold little. A value that comes again after that, as its acknowledgement was lost, is
    /// taken for a new one.
    /// </summary>
    public void Trim()
    {
        if (Count <= RememberedAtRest)
        {
            return;
        }

        ForgetOlder();
        (_older, _newestOfOlder) = (_recent, _newestOfRecent);
        ForgetOlder();
        _recent = null;
    }

    private void ForgetOlder()
    {
        if (_older is { Count: > 0 })
        {
            _forgottenUpTo = Math.Max(_forgottenUpTo ?? 0, _newestOfOlder);
        }

        _older = null;
    }

    private readonly record struct Newest(uint Number, ulong Sequence);
}

/// <summary>What a value that arrived is.</summary>
internal enum ValueNews
{
    New,

    /// <summary>A newer one of the key has arrived, or this one itself.</summary>
    Old,

    /// <summary>Too much is forgotten to tell; it must come again in a later datagram.</summary>
    Unclear,
}
