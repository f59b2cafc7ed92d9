using System.Runtime.CompilerServices;

namespace UDPack.Protocol.Crypto;

/// <summary>
/// Remembers which of the last 1024 sequence numbers were seen (the scheme of RFC 6479). The bits are a ring of words that
/// are cleared as the window moves over them, so that moving costs the words passed, not a shift of all of them.
/// </summary>
internal struct ReplayWindow
{
    /// <summary>How far behind the largest a number may be and still be told apart from a replay.</summary>
    public const int Size = 1024;

    private const int BitsPerWord = 64;

    // One word more than the size needs: the newest word is only partly used.
    private const int Words = (Size / BitsPerWord) + 1;

    private Ring _seen;

    /// <summary>The largest number committed, 0 before the first.</summary>
    public ulong Largest { get; private set; }

    /// <summary>Whether this number was not committed before and is not older than the window.</summary>
    public readonly bool IsNew(ulong sequence) =>
        sequence > Largest || (Largest - sequence < Size && (_seen[WordOf(sequence)] & BitOf(sequence)) == 0);

    /// <summary>Marks a number that <see cref="IsNew"/> as seen; to be called for verified datagrams only.</summary>
    public void Commit(ulong sequence)
    {
        if (sequence > Largest)
        {
            var passed = Math.Min((sequence / BitsPerWord) - (Largest / BitsPerWord), Words);
            for (ulong i = 0; i < passed; i++)
            {
                _seen[WordOf(sequence - (i * BitsPerWord))] = 0;
            }

            Largest = sequence;
        }

        _seen[WordOf(sequence)] |= BitOf(sequence);
    }

    private static int WordOf(ulong sequence) => (int)(sequence / BitsPerWord % Words);

    private static ulong BitOf(ulong sequence) => 1UL << (int)(sequence % BitsPerWord);

    [InlineArray(Words)]
    private struct Ring
    {
        private ulong _first;
    }
}
