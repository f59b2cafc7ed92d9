using System.Runtime.CompilerServices;
using UDPack.Measuring;
using UDPack.Protocol.Crypto;

namespace UDPack.Protocol.Tests.Crypto;

public class DatagramProtectionTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Datagrams_open_once_in_any_order()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        var datagrams = Enumerable.Range(0, 50).Select(i => Seal(sealer, (byte)i)).ToArray();
        new Random(6).Shuffle(datagrams);

        foreach (var datagram in datagrams)
        {
            var copy = (byte[])datagram.Clone();
            Assert.Equal(OpenResult.Ok, opener.TryOpen(copy, 16, out var sequence, out var plaintext));
            Assert.Equal((byte)sequence, plaintext[0]);
            Assert.Equal(3, plaintext.Length);
            Assert.Equal(OpenResult.Replayed, opener.TryOpen((byte[])datagram.Clone(), 16, out _, out _));
        }

        Assert.Equal(49UL, opener.LargestSequence);
        Assert.Equal(50UL, sealer.NextSequence);
        Assert.Equal(50UL, sealer.SealedInGeneration);
    }

    [Fact]
    public void A_flipped_bit_anywhere_does_not_open_and_burns_no_number()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        var datagram = Seal(sealer, 1);
        for (var i = 0; i < datagram.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var copy = (byte[])datagram.Clone();
                copy[i] ^= (byte)(1 << bit);
                Assert.NotEqual(OpenResult.Ok, opener.TryOpen(copy, 16, out _, out var plaintext));
                Assert.True(plaintext.IsEmpty);
            }
        }

        Assert.NotEqual(OpenResult.Ok, opener.TryOpen((byte[])datagram.Clone(), 17, out _, out _));

        // All but those that named a generation out of reach: 7 bits of one byte (its lowest bit names the next one).
        Assert.Equal((ulong)(datagram.Length * 8) - 7 + 1, opener.FailedOpens);
        Assert.Equal(OpenResult.Ok, opener.TryOpen(datagram, 16, out _, out _));
    }

    [Fact]
    public void What_cannot_hold_counter_and_tag_is_truncated()
    {
        using var opener = Opener();
        for (var length = 0; length < 40; length++)
        {
            Assert.Equal(OpenResult.Truncated, opener.TryOpen(new byte[length], 16, out _, out _));
        }
    }

    [Fact]
    public void A_key_update_keeps_late_datagrams_until_the_old_keys_are_dropped()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        var late = Seal(sealer, 0);
        var later = Seal(sealer, 1);
        sealer.AdvanceGeneration();
        Assert.Equal(0UL, sealer.SealedInGeneration);
        var next = Seal(sealer, 2);
        sealer.AdvanceGeneration();
        var tooFar = Seal(sealer, 3);

        Assert.Equal(OpenResult.UnknownGeneration, opener.TryOpen((byte[])tooFar.Clone(), 16, out _, out _));
        Assert.Equal(OpenResult.Ok, opener.TryOpen(next, 16, out _, out _));
        Assert.True(opener.AdvancedGeneration && opener.HasPreviousGeneration);
        Assert.Equal(OpenResult.Ok, opener.TryOpen(late, 16, out _, out _));
        Assert.False(opener.AdvancedGeneration);
        opener.DropPreviousGeneration();
        Assert.Equal(OpenResult.UnknownGeneration, opener.TryOpen(later, 16, out _, out _));
        Assert.Equal(OpenResult.Ok, opener.TryOpen(tooFar, 16, out _, out _));
        Assert.Equal(2u, opener.Generation);
    }

    [Fact]
    public void A_forged_next_generation_does_not_advance()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        var forged = Seal(sealer, 0);
        forged[^24] = 1;

        Assert.Equal(OpenResult.NotAuthentic, opener.TryOpen(forged, 16, out _, out _));
        Assert.Equal(0u, opener.Generation);
        Assert.Equal(OpenResult.Ok, opener.TryOpen(Seal(sealer, 1), 16, out _, out _));
    }

    [Fact]
    public void Generations_go_round_the_byte_that_names_them()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        for (var generation = 0; generation < 600; generation++)
        {
            Assert.Equal(OpenResult.Ok, opener.TryOpen(Seal(sealer, 0), 16, out _, out _));
            sealer.AdvanceGeneration();
        }

        Assert.Equal(599u, opener.Generation);
        Assert.Equal(599UL, opener.LargestSequence);
    }

    [Fact]
    public void A_released_cipher_comes_back_when_needed()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(OpenResult.Ok, opener.TryOpen(Seal(sealer, 0), 16, out _, out _));
            sealer.ReleaseCipher();
            opener.ReleaseCipher();
        }
    }

    [Fact]
    public void A_skipped_number_is_never_seen()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        sealer.SkipSequence();

        Assert.Equal(OpenResult.Ok, opener.TryOpen(Seal(sealer, 0), 16, out var sequence, out _));
        Assert.Equal(1UL, sequence);
        Assert.Equal(1UL, sealer.SealedInGeneration);
    }

    [Fact]
    public void Disposed_ones_refuse_to_work()
    {
        var sealer = Sealer();
        var opener = Opener();
        var datagram = Seal(sealer, 0);
        sealer.Dispose();
        opener.Dispose();

        Assert.Throws<ObjectDisposedException>(() => sealer.Seal(new byte[64], 16, 20));
        Assert.Throws<ObjectDisposedException>(() => opener.TryOpen(datagram, 16, out _, out _));
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using var sealer = Sealer();
        using var opener = Opener();
        var datagram = new byte[100];
        opener.TryOpen(datagram.AsSpan(0, sealer.Seal(datagram, 16, 60)), 16, out _, out _);

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var length = sealer.Seal(datagram, 16, 60);
                Assert.True(opener.TryOpen(datagram.AsSpan(0, length), 16, out _, out _) == OpenResult.Ok);
            }
        }));
    }

    [Fact]
    public void Both_directions_of_an_idle_session_stay_under_500_bytes()
    {
        var factory = new SystemCipherFactory();
        Pair(factory);
        var size = Allocated.By(() => Pair(factory));

        Assert.True(size <= 500, $"{size} bytes");
    }

    [Fact]
    public void Random_datagrams_never_throw_nor_open()
    {
        using var opener = Opener();
        var random = new Random(7);
        var bytes = new byte[80];
        for (var i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            var datagram = bytes.AsSpan(0, random.Next(81));
            if (datagram.Length > 24)
            {
                datagram[^24] = (byte)random.Next(3);
            }

            Assert.NotEqual(OpenResult.Ok, opener.TryOpen(datagram, 16, out _, out _));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (DatagramSealer Sealer, DatagramOpener Opener) Pair(SystemCipherFactory factory) =>
        (new(factory, CipherAlgorithm.Aes256Gcm, Secret), new(factory, CipherAlgorithm.Aes256Gcm, Secret));

    private static DatagramSealer Sealer() => new(new SystemCipherFactory(), CipherAlgorithm.Aes128Gcm, Secret);

    private static DatagramOpener Opener() => new(new SystemCipherFactory(), CipherAlgorithm.Aes128Gcm, Secret);

    private static byte[] Seal(DatagramSealer sealer, byte first)
    {
        var datagram = new byte[16 + 3 + DatagramSealer.Overhead];
        datagram[16] = first;
        Assert.Equal(datagram.Length, sealer.Seal(datagram, 16, 19));
        return datagram;
    }
}
